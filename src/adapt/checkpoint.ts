import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { makeFolder } from "../folder.js";
import { writeWhole } from "../whole-file.js";

/** Where unfinished runs are kept, and whether to go on with one. */
export interface CheckpointOptions {
  folder: string;
  resume: boolean;
  /** Between two checkpoints: what a kill may cost. 20,000 unless told. */
  everyMs?: number;
  /** What the outcome depends on beside what `adaptEncoder` is given. */
  context?: string;
}

/** How far training has come. */
export interface TrainingProgress {
  /** The loss of every step so far; their number is the next step. */
  losses: number[];
  /** What was found when the encoder was looked at on the way, in this order. */
  looks: number[][];
}

/** All that training needs to go on after a step. */
export interface TrainingState {
  progress: TrainingProgress;
  /** Weights, moments of the optimiser and the like, in a fixed order. */
  arrays: readonly Float32Array[];
}

const extension = ".adapting";
const monthMs = 30 * 24 * 3_600_000;

/** Where the state of an unfinished adaptation is kept. One file, replaced whole; another run of the same key goes on with it. */
export class Checkpoint {
  readonly path: string;

  /** @param parts everything that the result depends on. */
  constructor(
    readonly folder: string,
    parts: readonly (string | Uint8Array)[],
  ) {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part).update("\0");
    this.path = join(folder, `${hash.digest("hex").slice(0, 32)}${extension}`);
  }

  /** Whole or not at all. @throws what the system answers: ENOSPC, EACCES, … */
  async save({ progress, arrays }: TrainingState): Promise<void> {
    const lengths = arrays.map((array) => array.length);
    const header = Buffer.from(JSON.stringify({ progress, lengths } satisfies Header));
    const parts = [uint32(header.length), header, ...arrays.map(bytesOf)];
    const checksum = parts.reduce((sum, part) => crc32(part, sum), 0);
    makeFolder(this.folder);
    await writeWhole(this.path, [uint32(checksum), ...parts]);
  }

  /**
   * Fills the arrays of `into` with what was saved.
   * @returns how far it had come; undefined where there is nothing to go on with, or a file that is damaged: then `into` stays.
   */
  async restore(into: readonly Float32Array[]): Promise<TrainingProgress | undefined> {
    const file = await readFile(this.path).catch(() => undefined);
    const parts = file && parse(file);
    if (!parts || `${parts.header.lengths}` !== `${into.map((array) => array.length)}`) return undefined;
    let at = 0;
    for (const array of into) {
      bytesOf(array).set(parts.body.subarray(at, at + array.byteLength));
      at += array.byteLength;
    }
    return parts.header.progress;
  }

  /** With what a killed process left beside it while it wrote, and with those of other runs that are older by a month: nobody went on with them. */
  async remove(): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    const writtenMs = await mtimeMs(this.path);
    for (const path of names.map((name) => join(this.folder, name))) {
      const isAbandoned = path.includes(extension) && (await mtimeMs(path)) < writtenMs - monthMs;
      if (path.startsWith(this.path) || isAbandoned) await rm(path, { force: true });
    }
  }
}

interface Header {
  progress: TrainingProgress;
  lengths: number[];
}

/** NaN where there is no such file. */
async function mtimeMs(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? Number.NaN;
}

/** Header and body, behind the checksum of both and the size of the header; undefined where the file is not whole. */
function parse(file: Buffer): { header: Header; body: Buffer } | undefined {
  if (file.length < 8 || crc32(file.subarray(4)) !== file.readUInt32LE(0)) return undefined;
  const bodyStart = 8 + file.readUInt32LE(4);
  return { header: JSON.parse(file.toString("utf8", 8, bodyStart)) as Header, body: file.subarray(bodyStart) };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** The bytes of an array, not a copy of them. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
