import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { formatOfPath } from "../data/format.js";
import type { TableRecord } from "../data/record.js";
import { cellText, type TableShape, TableWriter } from "../data/write.js";
import { OutputError } from "../errors.js";
import type { LabelPool } from "./pool.js";
import type { LabelState } from "./state.js";

const WINDOW = 1000;

/**
 * Writes the labelled rows: the columns of the input, the label and, where a row has one, a note. The file is replaced whole or not at all.
 *
 * @param path its extension decides between CSV, TSV and JSON Lines; the format of the input where it tells none.
 * @param options all: rows without a label too
 * @returns the number of rows
 * @throws OutputError
 */
export async function writeLabelled(
  path: string,
  pool: LabelPool,
  state: LabelState,
  options: { all?: boolean } = {},
): Promise<number> {
  const rows = [...pool.records.keys()].filter((row) => options.all || state.answers.has(row));
  const table = outputTable(path, [pool]);
  await writeRecords(
    path,
    table,
    rows.map((row) => labelledRecord(row, table, pool, state)),
  );
  return rows.length;
}

/**
 * Writes rows of several labelled files as one, with the columns of all.
 *
 * @param rows in order: the place of a file in `pools`, and a row of it
 * @throws OutputError
 */
export async function writeMerged(
  path: string,
  pools: readonly LabelPool[],
  rows: readonly { file: number; row: number }[],
): Promise<void> {
  const table = outputTable(path, pools);
  const states = pools.map(({ given }) => ({
    answers: given,
    odd: new Set<number>(),
    notes: new Map<number, string>(),
  }));
  const records = rows.map(({ file, row }) => labelledRecord(row, table, pools[file], states[file]));
  await writeRecords(path, table, records);
}

async function writeRecords(path: string, table: TableShape, records: readonly TableRecord[]): Promise<void> {
  const temporary = `${path}.partial`;
  try {
    const stream = createWriteStream(temporary);
    const writer = new TableWriter(stream, table, []);
    for (let at = 0; at < records.length; at += WINDOW) {
      const window = records.slice(at, at + WINDOW);
      await writer.write(
        window,
        window.map(() => []),
      );
    }
    await writer.finish();
    stream.end();
    await once(stream, "close");
    await syncFile(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new OutputError(path, error);
  }
}

/** The first file decides on the names of the columns of text and label. */
function outputTable(path: string, pools: readonly LabelPool[]): TableShape & { labelColumn: string } {
  const [{ shape, labelColumn }] = pools;
  const told = formatOfPath(path) ?? shape.format;
  const format = told === "text" ? "csv" : told;
  const before = pools.flatMap((pool) => pool.shape.columns);
  const delimiter = format === "tsv" ? ("\t" as const) : format === shape.format ? shape.delimiter : ("," as const);
  return { name: path, format, delimiter, columns: [...new Set([...before, labelColumn, "note"])], labelColumn };
}

function labelledRecord(
  row: number,
  { columns, labelColumn }: { columns: readonly string[]; labelColumn: string },
  pool: LabelPool,
  state: Pick<LabelState, "answers" | "odd" | "notes">,
): TableRecord {
  const { line, values, object } = pool.records[row];
  const before = new Map<string, unknown>(
    object ? Object.entries(object) : pool.shape.columns.map((column, at) => [column, values[at]]),
  );
  const labels = state.answers.get(row);
  const label = labels?.length === 1 ? labels[0] : (labels ?? null);
  const note = [state.odd.has(row) ? "odd" : "", state.notes.get(row) ?? ""].filter((part) => part !== "").join(": ");
  const all = new Map([...before, [labelColumn, label], ["note", note || (before.get("note") ?? "")]]);
  return {
    line,
    values: columns.map((column) => fieldOf(all.get(column))),
    object: Object.fromEntries(all),
  };
}

function fieldOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value) && value.length === 0) return "[]"; // that none applies is an answer, unlike an empty field
  if (typeof value === "string" || typeof value === "number") return String(value);
  return Array.isArray(value) ? cellText(value.map(String)) : JSON.stringify(value);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
