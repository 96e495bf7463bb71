import { ColumnNotFoundError, ColumnUnclearError, NoHeaderError } from "./errors.js";
import { labelNames, plainName, textNames } from "./format.js";
import { nearestName } from "./nearest.js";
import type { Table } from "./table.js";

/** What finding a column needs to know of a table. */
export type Columns = Pick<Table, "name" | "format" | "delimiter" | "columns" | "preview">;

/**
 * The column with the texts: the one named, else the one with a well-known name, else the only one, else of two the one with the
 * clearly longer values.
 *
 * @throws {ColumnNotFoundError | ColumnUnclearError | NoHeaderError}
 */
export function textColumnOf(table: Columns, wanted?: string): string {
  if (wanted !== undefined) return named(table, "--text", wanted);
  const known = wellKnown(table.columns, textNames);
  if (known !== undefined) return known;
  requireHeader(table);
  const { columns } = table;
  if (columns.length === 1) return columns[0];
  if (columns.length === 2) {
    const label = wellKnown(columns, labelNames);
    const text = label === undefined ? longerOfTwo(table) : columns.find((column) => column !== label);
    if (text !== undefined) return text;
  }
  throw new ColumnUnclearError(table.name, "text", columns);
}

/**
 * The column with the labels: the one named, else the one with a well-known name, else the only one beside the text, unless it is called like an id.
 *
 * @throws {ColumnNotFoundError | ColumnUnclearError | NoHeaderError}
 */
export function labelColumnOf(table: Columns, wanted: string | undefined, textColumn: string): string {
  if (wanted !== undefined) {
    const column = named(table, "--label", wanted);
    if (column === textColumn) throw new ColumnUnclearError(table.name, "label", table.columns);
    return column;
  }
  const others = table.columns.filter((column) => column !== textColumn);
  const known = wellKnown(others, labelNames);
  if (known !== undefined) return known;
  if (others.length === 1 && !idNames.has(plainName(others[0]))) return others[0];
  throw new ColumnUnclearError(table.name, "label", table.columns);
}

const idNames = new Set(["", "id", "index", "idx", "key", "uuid", "guid", "row", "date", "time", "timestamp", "url"]);

function named(table: Columns, option: string, wanted: string): string {
  const { columns } = table;
  if (columns.includes(wanted)) return wanted;
  const alike = columns.filter((column) => plainName(column) === plainName(wanted));
  if (alike.length === 1) return alike[0];
  requireHeader(table);
  throw new ColumnNotFoundError(table.name, option, wanted, columns, nearestName(wanted, columns));
}

function wellKnown(columns: readonly string[], names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = columns.find((column) => plainName(column) === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A header row that no well-known name is in and that holds a sentence, a number or a value of its own column is a row of data. */
function requireHeader(table: Columns): void {
  const { columns, preview, format } = table;
  if (format === "jsonl" || format === "text") return;
  if (wellKnown(columns, [...textNames, ...labelNames]) !== undefined) return;
  const isData = columns.some(
    (column, at) =>
      column.trim().split(/\s+/).length >= 5 ||
      /^[-+]?\d+([.,]\d+)?$/.test(column.trim()) ||
      (column !== "" && preview.some(({ values }) => values[at] === column)),
  );
  if (isData) throw new NoHeaderError(table.name, columns, table.delimiter);
}

function longerOfTwo({ columns, preview }: Columns): string | undefined {
  const totals = [0, 0];
  const words = [0, 0];
  for (const { values } of preview) {
    for (const at of [0, 1]) {
      if (typeof values[at] !== "string") continue;
      totals[at] += values[at].length;
      words[at] += values[at].trim().split(/\s+/).length;
    }
  }
  const longer = totals[0] >= totals[1] ? 0 : 1;
  const isClear = totals[longer] >= 2 * totals[1 - longer] && words[longer] >= 2 * preview.length;
  return isClear ? columns[longer] : undefined;
}
