import type { TableRecord } from "./record.js";
import type { TableShape } from "./write.js";

/** How rows are written: as they were read, or as JSON Lines. */
export function writtenShape(table: TableShape, asJson: boolean): TableShape {
  return asJson ? { name: table.name, format: "jsonl", delimiter: ",", columns: table.columns } : table;
}

/** Rows of `table` for a writer of the shape `written`. */
export function writtenRecords(
  records: readonly TableRecord[],
  table: TableShape,
  written: TableShape,
): readonly TableRecord[] {
  if (written.format !== "jsonl" || table.format === "jsonl") return records;
  return records.map((record) => {
    const object = Object.fromEntries(table.columns.map((column, at) => [column, record.values[at]]));
    return { ...record, object, raw: undefined };
  });
}
