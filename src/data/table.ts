import type { Readable } from "node:stream";
import { withHead } from "./bytes.js";
import { csvRecords, type Dialect } from "./csv.js";
import { DuplicateColumnError, EmptyFileError, NoRowsError } from "./errors.js";
import { delimiterOf, type Format, formatOfPath, isEnoughToSniff, sniffFormat } from "./format.js";
import { jsonRecords } from "./jsonl.js";
import { textRecords } from "./lines.js";
import { type ByteSource, openBytes } from "./open.js";
import type { TableRecord } from "./record.js";

const SNIFF_BYTES = 64 * 1024;

/** A file whose rows are read as they are asked for, in constant memory. */
export interface Table {
  /** What messages call it: the path as given, or `stdin`. */
  readonly name: string;
  readonly format: Format;
  /** What separates the fields of CSV and TSV. */
  readonly delimiter: "," | ";" | "\t";
  /** JSON Lines: the keys of the first rows, in order of first occurrence. */
  readonly columns: readonly string[];
  /** The first rows, already read; `records` gives them too. */
  readonly preview: readonly TableRecord[];
  /** What was decided without being told, for the user to read. */
  readonly notes: readonly string[];
  /**
   * The rows in order; can be read once. `skip` rows are checked but not given. Closes the file at the end or on `break`.
   *
   * @throws the errors of `csvRecords`, `jsonRecords` and `openBytes`, each after the rows before it
   */
  records(options?: { skip?: number }): AsyncGenerator<TableRecord>;
  /** As `records`, in the batches in which they are read: less waiting for rows one by one. */
  batches(options?: { skip?: number }): AsyncGenerator<readonly TableRecord[]>;
  /** Lets go of the file where the rows are not read to the end. */
  close(): void;
}

/** `format` overrides what the name or the first lines tell; `stdin` replaces standard input. */
export interface OpenOptions {
  format?: Format;
  stdin?: Readable;
}

/**
 * Opens a table; `-` is standard input. The format is told by the extension (`.csv`, `.tsv`, `.jsonl`, `.txt`, each also with
 * `.gz`), else by the first lines.
 *
 * @throws the errors of `openBytes`, NoRowsError, DuplicateColumnError, and those of the first rows where there is none before
 */
export async function openTable(path: string, options: OpenOptions = {}): Promise<Table> {
  const source = await openBytes(path, options.stdin);
  try {
    const told = options.format ?? (path === "-" ? undefined : formatOfPath(path));
    const isEnough = (head: Buffer) =>
      head.length >= SNIFF_BYTES || (told ? head.includes(10) : head.includes(10) && isEnoughToSniff(head.toString()));
    const { head, chunks } = await withHead(source.chunks, isEnough);
    const start = head.toString("utf8");
    const format = told ?? sniffFormat(start);
    const notes = told ? [] : [`format: ${format === "text" ? "one text a line" : format}, told by the first lines`];
    return await readTable({ ...source, chunks }, format, start, notes);
  } catch (error) {
    source.close();
    throw error;
  }
}

async function readTable(source: ByteSource, format: Format, start: string, notes: string[]): Promise<Table> {
  const { name, chunks } = source;
  if (format === "text")
    return new StreamedTable(source, format, ",", ["text"], textRecords(chunks, name), notes).opened();
  if (format === "jsonl") {
    return new StreamedTable(source, format, ",", undefined, jsonRecords(chunks, name), notes).opened();
  }
  const dialect = dialectOf(start, format);
  if (format === "csv" && dialect.delimiter !== ",") {
    notes.push(`fields are separated by ${dialect.delimiter === ";" ? "semicolons" : "tabs"}`);
  }
  const batches = csvRecords(chunks, name, dialect);
  const first = await batches.next();
  if (first.done) throw new EmptyFileError(name);
  const header = first.value[0];
  const columns = header.values as string[];
  requireDistinct(columns, name, header.line);
  const table = new StreamedTable(source, format, dialect.delimiter, columns, batches, notes);
  return table.opened(first.value.slice(1));
}

function dialectOf(start: string, format: Format): Dialect {
  const newline = start.includes("\r") && !start.includes("\n") ? "\r" : "\n";
  const header = start.trimStart().split(newline)[0];
  return { delimiter: format === "tsv" ? "\t" : delimiterOf(header), newline };
}

function requireDistinct(columns: readonly string[], name: string, line: number): void {
  const firstAt = new Map<string, number>();
  for (const [at, column] of columns.entries()) {
    if (column === "") continue;
    const earlier = firstAt.get(column);
    if (earlier !== undefined) throw new DuplicateColumnError(name, line, column, [earlier + 1, at + 1]);
    firstAt.set(column, at);
  }
}

class StreamedTable implements Table {
  preview: readonly TableRecord[] = [];
  columns: readonly string[];
  readonly name: string;
  #isRead = false;

  constructor(
    readonly source: ByteSource,
    readonly format: Format,
    readonly delimiter: "," | ";" | "\t",
    columns: readonly string[] | undefined,
    readonly rest: AsyncGenerator<TableRecord[]>,
    readonly notes: readonly string[],
  ) {
    this.name = source.name;
    this.columns = columns ?? [];
  }

  /** Reads the first rows. */
  async opened(read: TableRecord[] = []): Promise<Table> {
    if (read.length === 0) {
      const next = await this.rest.next();
      if (next.done && this.format === "jsonl") throw new EmptyFileError(this.name);
      if (next.done) throw new NoRowsError(this.name, this.columns);
      read = next.value;
    }
    if (this.format === "jsonl") this.columns = [...new Set(read.flatMap(({ object }) => Object.keys(object!)))];
    this.preview = this.#withValues(read);
    return this;
  }

  async *records(options: { skip?: number } = {}): AsyncGenerator<TableRecord> {
    for await (const batch of this.batches(options)) yield* batch;
  }

  async *batches(options: { skip?: number } = {}): AsyncGenerator<readonly TableRecord[]> {
    if (this.#isRead) throw new Error(`${this.name}: the rows of a table can be read once`);
    this.#isRead = true;
    let skip = options.skip ?? 0;
    try {
      for await (const batch of startingWith(this.preview, this.rest)) {
        const left = skip > 0 ? batch.slice(skip) : batch;
        skip -= batch.length - left.length;
        if (left.length > 0) yield this.#withValues(left);
      }
    } finally {
      this.close();
    }
  }

  close(): void {
    this.source.close();
  }

  #withValues(records: readonly TableRecord[]): readonly TableRecord[] {
    if (this.format !== "jsonl") return records;
    for (const record of records) record.values = this.columns.map((column) => own(record.object!, column));
    return records;
  }
}

function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}
