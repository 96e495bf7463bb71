import { RecordTooLongError } from "./errors.js";
import type { TableRecord } from "./record.js";
import { MAX_RECORD_BYTES } from "./record.js";

/** The lines of each chunk, without their line ends (LF or CRLF). */
export async function* lineBatches(chunks: AsyncGenerator<Buffer>, name: string): AsyncGenerator<string[]> {
  let carry = "";
  let line = 1;
  for await (const chunk of chunks) {
    const lines = (carry + chunk.toString("utf8")).split("\n");
    carry = lines.pop()!;
    for (let i = 0; i < lines.length; i++) {
      if (lines[i].endsWith("\r")) lines[i] = lines[i].slice(0, -1);
      if (lines[i].length > MAX_RECORD_BYTES) throw new RecordTooLongError(name, line + i, MAX_RECORD_BYTES, false);
    }
    line += lines.length;
    if (carry.length > MAX_RECORD_BYTES) throw new RecordTooLongError(name, line, MAX_RECORD_BYTES, false);
    if (lines.length > 0) yield lines;
  }
  if (carry !== "") yield [carry.endsWith("\r") ? carry.slice(0, -1) : carry];
}

/** One record a line; an empty line is an empty text, so that output lines pair with input lines. */
export async function* textRecords(chunks: AsyncGenerator<Buffer>, name: string): AsyncGenerator<TableRecord[]> {
  let line = 1;
  for await (const lines of lineBatches(chunks, name)) yield lines.map((text) => ({ line: line++, values: [text] }));
}
