import { createReadStream } from "node:fs";
import type { Format } from "./format.js";

/** What an interrupted output file holds for certain. */
export interface CompleteRecords {
  /** Whole records, the header aside. */
  records: number;
  /** Whether the header of CSV or TSV is there and whole. */
  hasHeader: boolean;
  /** The size up to the end of the last whole record: cut the file here and append. */
  sizeBytes: number;
}

const NEWLINE = 10;
const QUOTE = 34;

/**
 * Counts the whole records of a file that `TableWriter` was writing when it was stopped. In its output quotes are balanced and
 * records end with LF, so that a line feed outside of quotes ends a record.
 */
export async function completeRecords(path: string, format: Format): Promise<CompleteRecords> {
  const isCsv = format === "csv" || format === "tsv";
  let ends = 0;
  let sizeBytes = 0;
  let offset = 0;
  let isQuoted = false;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] === QUOTE && isCsv) isQuoted = !isQuoted;
      else if (chunk[i] === NEWLINE && !isQuoted) {
        ends++;
        sizeBytes = offset + i + 1;
      }
    }
    offset += chunk.length;
  }
  const hasHeader = isCsv && ends > 0;
  return { records: hasHeader ? ends - 1 : ends, hasHeader, sizeBytes };
}
