import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";

/** How far training has come. */
export interface TrainingProgress {
  /** The loss of every step so far; their number is the next step. */
  losses: number[];
  /** What was found when the encoder was looked at on the way, by the number of steps before. */
  looks: Record<number, number[]>;
}

/** All that training needs to go on after a step. */
export interface TrainingState {
  progress: TrainingProgress;
  /** Weights, moments of the optimiser and the like, in a fixed order. */
  arrays: readonly Float32Array[];
}

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
    this.path = join(folder, `${hash.digest("hex").slice(0, 32)}.adapting`);
  }

  async save({ progress, arrays }: TrainingState): Promise<void> {
    const header = Buffer.from(JSON.stringify({ progress, lengths: arrays.map((array) => array.length) }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    const bodies = arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
    await mkdir(this.folder, { recursive: true });
    await writeFileAtomic(this.path, Buffer.concat([length, header, ...bodies]));
  }

  /** Fills the arrays of `into` with what was saved. @returns how far it had come; undefined where there is nothing to go on with. */
  async restore(into: readonly Float32Array[]): Promise<TrainingProgress | undefined> {
    const file = await readFile(this.path).catch(() => undefined);
    if (!file) return undefined;
    const headerEnd = 4 + file.readUInt32LE(0);
    const header = JSON.parse(file.toString("utf8", 4, headerEnd));
    const { progress, lengths } = header as { progress: TrainingProgress; lengths: number[] };
    if (lengths.length !== into.length || lengths.some((length, i) => length !== into[i].length)) return undefined;
    let at = headerEnd;
    for (const array of into) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      bytes.set(file.subarray(at, at + array.byteLength));
      at += array.byteLength;
    }
    return progress;
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
