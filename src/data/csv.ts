import { type CsvError, Parser } from "csv-parse";
import { RaggedRowError, RecordTooLongError, StrayQuoteError, UnclosedQuoteError } from "./errors.js";
import { MAX_RECORD_BYTES, type TableRecord } from "./record.js";

/** How a CSV or TSV file is written. `newline` is a carriage return only in files that hold no line feed (classic Mac OS). */
export interface Dialect {
  delimiter: "," | ";" | "\t";
  newline: "\n" | "\r";
}

/**
 * The records of a CSV file (RFC 4180), the header first; blank lines are passed over.
 *
 * @throws {RaggedRowError | UnclosedQuoteError | StrayQuoteError | RecordTooLongError} after the records before it
 */
export async function* csvRecords(
  chunks: AsyncGenerator<Buffer>,
  name: string,
  dialect: Dialect,
): AsyncGenerator<TableRecord[]> {
  const collector = new RecordCollector(name, dialect);
  for await (const chunk of chunks) {
    const failure = await collector.feed(chunk);
    yield* collector.taken();
    if (failure) throw failure;
  }
  const failure = await collector.finish();
  yield* collector.taken();
  if (failure) throw failure;
}

/** The parts of csv-parse's state that tell where an open record stands. */
interface OpenRecord {
  record: string[];
  field: { toString(encoding: string): string };
}

/**
 * csv-parse that collects records instead of passing each through a stream, and knows the physical line of each
 * (csv-parse counts a quoted CRLF twice).
 */
class RecordCollector extends Parser {
  #records: TableRecord[] = [];
  #header: readonly string[] | undefined;
  #failure: Error | undefined;
  #endLine = 0;
  #parserLines = 1;
  #emptyLines = 0;
  #recordStartBytes = 0;

  constructor(
    readonly fileName: string,
    readonly dialect: Dialect,
  ) {
    super({
      delimiter: dialect.delimiter,
      record_delimiter: dialect.newline === "\r" ? ["\r"] : ["\r\n", "\n"],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_BYTES,
    });
    this.on("error", () => {});
  }

  /** Parses a chunk; resolves to the failure where there is one. */
  async feed(chunk: Buffer): Promise<Error | undefined> {
    const error = await new Promise<unknown>((resolve) => this.write(chunk, resolve));
    return this.#failure ?? (error ? this.#explain(error as CsvError) : undefined);
  }

  async finish(): Promise<Error | undefined> {
    const error = await new Promise<unknown>((resolve) => {
      this.once("error", resolve);
      this.end(() => resolve(undefined));
    });
    return this.#failure ?? (error ? this.#explain(error as CsvError) : undefined);
  }

  /** The records since the last call, as one batch or none. */
  taken(): TableRecord[][] {
    const records = this.#records;
    this.#records = [];
    return records.length > 0 ? [records] : [];
  }

  override push(record: string[] | null): boolean {
    if (record === null) return super.push(null);
    if (this.#failure) return true;
    const line = this.#endLine + 1 + this.info.empty_lines - this.#emptyLines;
    this.#endLine = line + this.#innerLines(record, line);
    this.#parserLines = this.info.lines;
    this.#emptyLines = this.info.empty_lines;
    this.#recordStartBytes = this.info.bytes;
    this.#header ??= record;
    if (record.length === this.#header.length) this.#records.push({ line, values: record });
    else this.#failure = new RaggedRowError(this.fileName, line, record.length, this.#header, this.dialect.delimiter);
    return true;
  }

  /** Line ends inside of the record's fields. csv-parse's count may be too high, but where it sees none there is none. */
  #innerLines(record: readonly string[], line: number): number {
    const expected = this.#parserLines + (line - this.#endLine - 1) + (this.#header ? 1 : 0);
    return this.info.lines === expected ? 0 : newlines(record, this.dialect.newline);
  }

  #explain(error: CsvError): Error {
    const { record, field } = (this as unknown as { state: OpenRecord }).state;
    const start = this.#endLine + 1 + this.info.empty_lines - this.#emptyLines;
    const fieldLine = start + newlines(record, this.dialect.newline);
    const open = field.toString("utf8");
    const isFirstLine = fieldLine === start && this.info.empty_lines === this.#emptyLines;
    const fieldBytes = record.length === 0 ? 0 : this.info.bytes + 1 - this.#recordStartBytes;
    const column = isFirstLine ? fieldBytes + 1 : undefined;
    switch (error.code as string) {
      case "CSV_QUOTE_NOT_CLOSED":
        return new UnclosedQuoteError(this.fileName, fieldLine, column, open);
      case "CSV_MAX_RECORD_SIZE":
        return new RecordTooLongError(this.fileName, fieldLine, MAX_RECORD_BYTES, true);
      case "INVALID_OPENING_QUOTE":
        return new StrayQuoteError(this.fileName, fieldLine, column && column + Buffer.byteLength(open), {
          before: open,
        });
      case "CSV_INVALID_CLOSING_QUOTE": {
        const line = fieldLine + newlines([open], this.dialect.newline);
        return new StrayQuoteError(this.fileName, line, undefined, { before: open, openedLine: fieldLine });
      }
      default:
        return error;
    }
  }
}

function newlines(fields: readonly string[], newline: string): number {
  let count = 0;
  for (const field of fields) {
    for (let at = field.indexOf(newline); at !== -1; at = field.indexOf(newline, at + 1)) count++;
  }
  return count;
}
