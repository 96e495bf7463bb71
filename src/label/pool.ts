import { createHash } from "node:crypto";
import { cellReader, textReader } from "../data/cells.js";
import { textColumnOf } from "../data/columns.js";
import { plainName } from "../data/format.js";
import { labelReadingOf, readLabels } from "../data/label-cells.js";
import type { TableRecord } from "../data/record.js";
import { type OpenOptions, openTable, type Table } from "../data/table.js";
import { place } from "../data/wording.js";

/** The texts of a file that is to be labelled, with all else that stands in it. */
export interface LabelPool {
  /** [N] */
  texts: readonly string[];
  /** [N], the rows as they were read */
  records: readonly TableRecord[];
  shape: Pick<Table, "name" | "format" | "delimiter" | "columns">;
  textColumn: string;
  /** The column that holds labels already, or `label` where there is none. */
  labelColumn: string;
  /** Labels that stand in the file, by row. */
  given: ReadonlyMap<number, readonly string[]>;
  /** SHA-256 of the texts in order. */
  fingerprint: string;
  notes: readonly string[];
}

/** What `loadPool` may be told. */
export interface PoolOptions extends OpenOptions {
  text?: string;
  label?: string;
  multiLabel?: boolean;
}

const known = ["label", "labels", "class", "category", "intent"];

/**
 * Reads texts of which some, all or none have a label. A column of labels is the one named, else one with a name that means nothing else.
 *
 * @throws the errors of `openTable`, `textColumnOf`, `textReader` and `readLabels`
 */
export async function loadPool(path: string, options: PoolOptions = {}): Promise<LabelPool> {
  const table = await openTable(path, options);
  try {
    const textColumn = textColumnOf(table, options.text);
    const found = table.columns.find((column) => known.includes(plainName(column)) && column !== textColumn);
    const labelColumn = options.label ?? found ?? "label";
    const textOf = textReader(table, textColumn);
    const records: TableRecord[] = [];
    for await (const batch of table.batches()) records.push(...batch);
    const texts = records.map(textOf);
    const { name, format, delimiter, columns } = table;
    const shape = { name, format, delimiter, columns };
    const given = givenLabels(shape, records, labelColumn, options.multiLabel ?? false);
    const fingerprint = fingerprintOf(texts);
    return { texts, records, shape, textColumn, labelColumn, given, fingerprint, notes: table.notes };
  } finally {
    table.close();
  }
}

function givenLabels(
  table: LabelPool["shape"],
  records: readonly TableRecord[],
  column: string,
  multiLabel: boolean,
): Map<number, readonly string[]> {
  if (!table.columns.includes(column)) return new Map();
  const cellOf = cellReader(table, column);
  const filled = records.flatMap((record, row) => {
    const cell = cellOf(record);
    const isAnswer = Array.isArray(cell) ? multiLabel || cell.length > 0 : String(cell ?? "").trim() !== "";
    return isAnswer ? [{ row, cell, line: record.line }] : [];
  });
  const cells = filled.map(({ cell }) => cell);
  const where = (at: number) => place(table.name, filled[at].line);
  const labels = readLabels({ cells, column, where }, labelReadingOf(cells, multiLabel));
  return new Map(filled.map(({ row }, at) => [row, labels[at]]));
}

/** The labels that stand in a file, of rows of an equal text without one too: such a text is asked once, or not at all. @param groups [N] */
export function givenToEqualTexts(given: LabelPool["given"], groups: Int32Array): Map<number, readonly string[]> {
  const byGroup = new Map([...given].reverse().map(([row, labels]) => [groups[row], labels]));
  const copies = [...groups.entries()].flatMap(([row, group]): [number, readonly string[]][] => {
    const labels = given.has(row) ? undefined : byGroup.get(group);
    return labels ? [[row, labels]] : [];
  });
  return new Map([...given, ...copies]);
}

function fingerprintOf(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${JSON.stringify(text)}\n`);
  return hash.digest("hex");
}
