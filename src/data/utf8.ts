import { isUtf8 } from "node:buffer";
import { withHead } from "./bytes.js";
import { BinaryFileError, InvalidUtf8Error, Utf16Error } from "./errors.js";

const NEWLINE = 10;

/**
 * Passes chunks on, cut at the end of a character, once they are known to be UTF-8; drops a byte order mark.
 *
 * @throws {InvalidUtf8Error} with line and byte column of the first bad byte
 * @throws {Utf16Error | BinaryFileError}
 */
export async function* checkedUtf8(chunks: AsyncGenerator<Buffer>, name: string): AsyncGenerator<Buffer> {
  const opened = await withHead(chunks, (head) => head.length >= 64 || head.includes(NEWLINE));
  requireTextStart(opened.head, name);
  const position = new Position();
  let carry: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of opened.chunks) {
    let bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    if (isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    isFirst = false;
    const end = bytes.length - openCharacterBytes(bytes);
    carry = bytes.subarray(end);
    const whole = bytes.subarray(0, end);
    requireUtf8(whole, position, name);
    position.pass(whole);
    if (whole.length > 0) yield whole;
  }
  if (carry.length > 0) throw invalidAt(carry, 0, position, name);
}

/** Where the next byte stands. Lines end with a line feed. */
class Position {
  line = 1;
  column = 1;

  pass(bytes: Buffer): void {
    let last = -1;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
      this.line++;
      last = at;
    }
    this.column = last === -1 ? this.column + bytes.length : bytes.length - last;
  }
}

/** How many bytes at the end belong to a character whose rest is still to come: 0 to 3. */
function openCharacterBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return characterBytes(byte) > back ? back : 0;
  }
  return 0;
}

function characterBytes(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

function requireUtf8(bytes: Buffer, position: Position, name: string): void {
  const zero = bytes.indexOf(0);
  if (zero !== -1) {
    position.pass(bytes.subarray(0, zero));
    throw new BinaryFileError(name, position.line, position.column);
  }
  if (!isUtf8(bytes)) throw invalidAt(bytes, firstBadByte(bytes), position, name);
}

function firstBadByte(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const size = characterBytes(bytes[at]);
    if (bytes[at] >= 0x80 && !isUtf8(bytes.subarray(at, at + size))) return at;
    at += size;
  }
  return at;
}

function invalidAt(bytes: Buffer, at: number, position: Position, name: string): InvalidUtf8Error {
  position.pass(bytes.subarray(0, at));
  const encoding = likelyEncoding(bytes.subarray(at, at + 4096));
  const character = new TextDecoder(encoding).decode(bytes.subarray(at, at + 1));
  return new InvalidUtf8Error(name, position.line, position.column, { byte: bytes[at], encoding, character });
}

/** Letters outside ASCII stand alone in Western European text; in Cyrillic text whole words consist of them. */
function likelyEncoding(bytes: Buffer): string {
  const runs = bytes.toString("latin1").match(/[\x80-\xff]+/g) ?? [];
  const length = runs.reduce((sum, run) => sum + run.length, 0) / runs.length;
  return length >= 3 ? "Windows-1251" : "Windows-1252";
}

const binaryStarts: readonly (readonly [string, string])[] = [
  ["PK\x03\x04", "a zip archive or an Excel workbook"],
  ["\xd0\xcf\x11\xe0", "an old Excel workbook"],
  ["PAR1", "a Parquet file"],
  ["%PDF", "a PDF file"],
  ["BZh", "a bzip2 archive"],
  ["\xfd7zXZ", "an xz archive"],
  ["\x28\xb5\x2f\xfd", "a zstd archive"],
];

function requireTextStart(head: Buffer, name: string): void {
  const start = head.toString("latin1");
  const bom = { "\xff\xfe": "UTF-16LE", "\xfe\xff": "UTF-16BE" }[start.slice(0, 2)];
  if (start.startsWith("\xff\xfe\0\0") || start.startsWith("\0\0\xfe\xff")) throw new Utf16Error(name, "UTF-32", true);
  if (bom) throw new Utf16Error(name, bom, true);
  const kind = binaryStarts.find(([magic]) => start.startsWith(magic));
  if (kind) throw new BinaryFileError(name, 1, 1, kind[1]);
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i & 1]++;
  const isMost = (count: number) => head.length >= 4 && count > head.length / 4;
  if (isMost(zeros[1]) && zeros[0] === 0) throw new Utf16Error(name, "UTF-16LE", false);
  if (isMost(zeros[0]) && zeros[1] === 0) throw new Utf16Error(name, "UTF-16BE", false);
}
