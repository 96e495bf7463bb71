import type { Writable } from "node:stream";
import { stringify } from "csv-stringify/sync";
import { DuplicateColumnError } from "./errors.js";
import type { TableRecord } from "./record.js";
import type { Table } from "./table.js";

/** A value of an added column. Several labels become `a|b` (a JSON array where a name holds a `|`), and an array in JSON Lines. */
export type AddedValue = string | number | readonly string[];

/**
 * Writes a table's rows with added columns, in the format of the input, as they come.
 *
 * CSV and TSV keep the columns and their order and are quoted as RFC 4180 says, with LF; JSON Lines keeps each line as it was and adds keys
 * before its closing brace; plain text becomes the added values and the text, separated by tabs, without a header.
 */
export class TableWriter {
  /** The names of the added columns: `predicted_label` where the input has a `label` of its own. */
  readonly addedColumns: readonly string[];
  readonly #output: Writable;
  readonly #table: TableShape;
  #bytes = 0;
  #error: unknown;
  #isHeaderDue: boolean;

  /** @param options `header: false` when rows are appended to a file that has one */
  constructor(output: Writable, table: TableShape, added: readonly string[], options: { header?: boolean } = {}) {
    this.#output = output;
    this.#table = table;
    this.addedColumns = table.format === "text" ? added : added.map((name) => freeName(name, table.columns));
    this.#isHeaderDue = (options.header ?? true) && (table.format === "csv" || table.format === "tsv");
    output.on("error", (error) => {
      this.#error ??= error;
    });
  }

  /** Bytes handed to the output and taken by it. */
  get bytesWritten(): number {
    return this.#bytes;
  }

  /**
   * Writes rows; resolves when the output has taken them, so that awaiting it is back-pressure.
   *
   * @param values for each record the values of the added columns
   * @throws {DuplicateColumnError} where a JSON object has a key of its own that no row of the preview had and that is to be added;
   *   the output's own error, such as ENOSPC or EPIPE
   */
  async write(records: readonly TableRecord[], values: readonly (readonly AddedValue[])[]): Promise<void> {
    let text = "";
    if (this.#isHeaderDue) text += this.#csv([[...this.#table.columns, ...this.addedColumns]]);
    this.#isHeaderDue = false;
    const { format } = this.#table;
    if (format === "jsonl") text += records.map((record, i) => this.#jsonLine(record, values[i])).join("");
    else if (format === "text") text += records.map((record, i) => textLine(record, values[i])).join("");
    else text += this.#csv(records.map((record, i) => [...record.values, ...values[i].map(cellText)]));
    await this.#send(text);
  }

  /** Writes the header if no row came; leaves the output open. */
  async finish(): Promise<void> {
    await this.write([], []);
  }

  #csv(rows: readonly (readonly unknown[])[]): string {
    return stringify(rows as unknown[][], { delimiter: this.#table.delimiter });
  }

  #jsonLine(record: TableRecord, values: readonly AddedValue[]): string {
    const object = record.object ?? {};
    for (const name of this.addedColumns) {
      if (Object.hasOwn(object, name)) throw new DuplicateColumnError(this.#table.name, record.line, name, []);
    }
    const raw = (record.raw ?? JSON.stringify(object)).trimEnd();
    const start = raw.slice(0, -1).trimEnd();
    const members = this.addedColumns.map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(values[i])}`);
    return `${start}${Object.keys(object).length > 0 && members.length > 0 ? "," : ""}${members.join(",")}}\n`;
  }

  async #send(text: string): Promise<void> {
    if (this.#error) throw this.#error;
    if (text === "") return;
    const bytes = Buffer.from(text);
    await new Promise<void>((resolve, reject) => {
      this.#output.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    this.#bytes += bytes.length;
  }
}

/** What writing needs to know of the table that was read. */
export type TableShape = Pick<Table, "name" | "format" | "delimiter" | "columns">;

function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  const renamed = `predicted_${name}`;
  let free = renamed;
  for (let i = 2; taken.includes(free); i++) free = `${renamed}_${i}`;
  return free;
}

/** An added value as a field of CSV and TSV holds it. */
export function cellText(value: AddedValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  return value.some((label) => label.includes("|")) ? JSON.stringify(value) : value.join("|");
}

function textLine(record: TableRecord, values: readonly AddedValue[]): string {
  const fields = values.map((value) => cellText(value).replace(/[\t\r\n]/g, " "));
  return `${[...fields, record.values[0]].join("\t")}\n`;
}
