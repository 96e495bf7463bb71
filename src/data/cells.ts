import { TextTypeError } from "./errors.js";
import type { TableRecord } from "./record.js";
import type { Table } from "./table.js";
import { place } from "./wording.js";

/** Reads the value of a column; undefined where a JSON object lacks it. */
export function cellReader(table: Pick<Table, "columns">, column: string): (record: TableRecord) => unknown {
  const at = table.columns.indexOf(column);
  return ({ object, values }) => {
    if (object === undefined) return values[at];
    return Object.hasOwn(object, column) ? object[column] : undefined;
  };
}

/**
 * Reads the text of a column.
 *
 * @throws {TextTypeError} while reading, where it is missing or not a string
 */
export function textReader(table: Pick<Table, "columns" | "name">, column: string): (record: TableRecord) => string {
  const cell = cellReader(table, column);
  return (record) => {
    const value = cell(record);
    if (typeof value !== "string") throw new TextTypeError(place(table.name, record.line), column, value);
    return value;
  };
}
