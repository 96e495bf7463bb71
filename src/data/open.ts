import { createReadStream, type Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { withHead } from "./bytes.js";
import {
  CorruptGzipError,
  EmptyFileError,
  EmptyStdinError,
  FileIsFolderError,
  FileMissingError,
  FileUnreadableError,
} from "./errors.js";
import { nearestName } from "./nearest.js";
import { checkedUtf8 } from "./utf8.js";

const CHUNK_BYTES = 128 * 1024;

/** The bytes of a file or of standard input, decompressed and known to be UTF-8. */
export interface ByteSource {
  /** What messages call it: the path as given, or `stdin`. */
  name: string;
  /** Chunks that end at the end of a character, without the byte order mark. */
  chunks: AsyncGenerator<Buffer>;
  /** Lets go of the file; safe to call twice and in the middle. */
  close(): void;
}

/**
 * Opens a file (`-`: standard input). Gzip is known by its first bytes, whatever the name says; several members are one text.
 *
 * @throws {FileMissingError | FileIsFolderError | FileUnreadableError | EmptyFileError | EmptyStdinError} at once;
 *   while reading {CorruptGzipError | InvalidUtf8Error | Utf16Error | BinaryFileError}
 */
export async function openBytes(path: string, stdin: Readable = process.stdin): Promise<ByteSource> {
  const name = path === "-" ? "stdin" : path;
  if (path !== "-") await requireFile(path);
  const stream = path === "-" ? stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const close = () => {
    stream.destroy();
  };
  try {
    const raw = await withHead(buffers(stream, name), (head) => head.length >= 2);
    const plain = isGzip(raw.head) ? gunzipped(raw.chunks, name) : raw.chunks;
    const checked = await withHead(checkedUtf8(plain, name), (head) => head.length > 0);
    if (checked.head.length === 0) throw path === "-" ? new EmptyStdinError() : new EmptyFileError(name);
    return { name, chunks: checked.chunks, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function requireFile(path: string): Promise<void> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw new FileUnreadableError(path, error);
    const folder = dirname(path);
    const nearest = nearestName(basename(path), await entriesOf(folder));
    throw new FileMissingError(path, nearest && (path.includes("/") ? join(folder, nearest) : nearest));
  }
  if (found.isDirectory()) throw new FileIsFolderError(path, (await entriesOf(path)).filter(isDataFile));
  if (found.isFile() && found.size === 0) throw new EmptyFileError(path);
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

function isDataFile(name: string): boolean {
  return /\.(csv|tsv|jsonl|ndjson|txt)(\.gz)?$/i.test(name);
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function* buffers(stream: Readable, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield typeof chunk === "string" ? Buffer.from(chunk) : (chunk as Buffer);
  } catch (error) {
    throw new FileUnreadableError(name, error);
  }
}

async function* gunzipped(chunks: AsyncGenerator<Buffer>, name: string): AsyncGenerator<Buffer> {
  // What goes wrong reaches the loop below: `pipeline` destroys the last stream with the error.
  const gunzip = pipeline(Readable.from(chunks), createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code?.startsWith("Z_") ? new CorruptGzipError(name, error) : error;
  }
}
