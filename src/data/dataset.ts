import { createHash } from "node:crypto";
import { cellReader, textReader } from "./cells.js";
import { labelColumnOf, textColumnOf } from "./columns.js";
import { EmptyTextsError, NoRowsError, TextTypeError } from "./errors.js";
import { labelReadingOf, readLabels } from "./label-cells.js";
import { type OpenOptions, openTable } from "./table.js";
import { counted, numbered, place } from "./wording.js";

/** Labelled texts in memory. */
export interface Dataset {
  /** What messages call it: the path as given, `stdin` or `examples`. */
  readonly name: string;
  /** What `lines` counts: lines of a file, or examples of an array. */
  readonly unit: "line" | "example";
  /** [N] */
  readonly texts: readonly string[];
  /** [N], the labels of each row: one, or any number where `multiLabel` */
  readonly labels: readonly (readonly string[])[];
  /** [N], where each row starts in the file, from 1 */
  readonly lines: Uint32Array;
  readonly multiLabel: boolean;
  readonly textColumn: string;
  readonly labelColumn: string;
  /** SHA-256 of the texts and labels in order, in hexadecimal. */
  readonly fingerprint: string;
  /** What was decided without being told, for the user to read. */
  readonly notes: readonly string[];
  /** Where rows stood that `skipEmpty` left out, as `lines` counts. */
  readonly emptyLines?: readonly number[];
}

export interface LoadOptions extends OpenOptions {
  /** The columns; found by name or content when missing. */
  text?: string;
  label?: string;
  /** Whether a row can have several labels; detected when missing. */
  multiLabel?: boolean;
  /** Leave rows with an empty text out instead of failing. */
  skipEmpty?: boolean;
}

/**
 * Reads labelled texts from a file, or from standard input (`-`).
 *
 * @throws the errors of `openTable`, `textColumnOf`, `labelColumnOf`; EmptyTextsError, TextTypeError, EmptyLabelError,
 *   LabelTypeError, SeveralLabelsError
 */
export async function loadDataset(path: string, options: LoadOptions = {}): Promise<Dataset> {
  const table = await openTable(path, options);
  try {
    const textColumn = textColumnOf(table, options.text);
    const labelColumn = labelColumnOf(table, options.label, textColumn);
    const textOf = textReader(table, textColumn);
    const cellOf = cellReader(table, labelColumn);
    const rows: Rows = {
      name: table.name,
      unit: "line",
      textColumn,
      labelColumn,
      texts: [],
      cells: [],
      lines: [],
      notes: [],
    };
    rows.notes.push(...table.notes, `text column: ${textColumn}; label column: ${labelColumn}`);
    for await (const batch of table.batches()) {
      for (const record of batch) {
        rows.texts.push(textOf(record));
        rows.cells.push(cellOf(record));
        rows.lines.push(record.line);
      }
    }
    return checked(rows, options);
  } finally {
    table.close();
  }
}

/** A text with its label, or its labels. */
export interface Example {
  text: string;
  label: string | readonly string[];
}

/**
 * Labelled texts from an array, with the checks of a file; messages say `example 3` for the third.
 *
 * @throws {NoRowsError | EmptyTextsError | TextTypeError | EmptyLabelError | LabelTypeError | SeveralLabelsError}
 */
export function datasetFrom(
  examples: readonly Example[],
  options: { name?: string; multiLabel?: boolean; skipEmpty?: boolean } = {},
): Dataset {
  const name = options.name ?? "examples";
  if (examples.length === 0) throw new NoRowsError(name, []);
  const rows: Rows = {
    name,
    unit: "example",
    textColumn: "text",
    labelColumn: "label",
    texts: [],
    cells: [],
    lines: [],
    notes: [],
  };
  for (const [i, example] of examples.entries()) {
    if (typeof example?.text !== "string") throw new TextTypeError(`example ${i + 1}`, "text", example?.text);
    rows.texts.push(example.text);
    rows.cells.push(example.label);
    rows.lines.push(i + 1);
  }
  return checked(rows, options);
}

/** The rows with the given indices, in that order; `notes` are added to those of the dataset. */
export function selectRows(dataset: Dataset, rows: ArrayLike<number>, notes: readonly string[] = []): Dataset {
  const order = Array.from(rows);
  return withLabels(
    {
      ...dataset,
      texts: order.map((row) => dataset.texts[row]),
      lines: Uint32Array.from(order, (row) => dataset.lines[row]),
    },
    order.map((row) => dataset.labels[row]),
    notes,
  );
}

/** The same rows with other labels, [N] lists; `notes` are added to those of the dataset. */
export function withLabels(
  dataset: Dataset,
  labels: readonly (readonly string[])[],
  notes: readonly string[] = [],
): Dataset {
  const fingerprint = fingerprintOf(dataset.texts, labels);
  return { ...dataset, labels, fingerprint, notes: [...dataset.notes, ...notes] };
}

/** Where a row stands, for a message: `reviews.csv:118` or `example 3`. */
export function whereOf(dataset: Pick<Dataset, "name" | "unit" | "lines">, row: number): string {
  return dataset.unit === "line" ? place(dataset.name, dataset.lines[row]) : `example ${dataset.lines[row]}`;
}

interface Rows {
  emptyLines?: number[];
  name: string;
  unit: "line" | "example";
  textColumn: string;
  labelColumn: string;
  texts: string[];
  cells: unknown[];
  lines: number[];
  notes: string[];
}

function checked(all: Rows, options: { multiLabel?: boolean; skipEmpty?: boolean }): Dataset {
  const rows = withoutEmptyTexts(all, options.skipEmpty ?? false);
  const { name, unit, textColumn, labelColumn, texts, cells } = rows;
  const lines = Uint32Array.from(rows.lines);
  const reading = labelReadingOf(cells, options.multiLabel);
  const where = (row: number) => whereOf({ name, unit, lines }, row);
  const labels = readLabels({ cells, column: labelColumn, where }, reading);
  const notes = reading.note ? [...rows.notes, reading.note] : rows.notes;
  const fingerprint = fingerprintOf(texts, labels);
  return {
    name,
    unit,
    texts,
    labels,
    lines,
    multiLabel: reading.multiLabel,
    textColumn,
    labelColumn,
    fingerprint,
    notes,
    ...(rows.emptyLines && { emptyLines: rows.emptyLines }),
  };
}

function withoutEmptyTexts(rows: Rows, skip: boolean): Rows {
  const isFull = rows.texts.map((text) => /\S/.test(text));
  const empty = rows.lines.filter((_, row) => !isFull[row]);
  if (empty.length === 0) return rows;
  if (!skip) throw new EmptyTextsError(rows.name, rows.unit, empty, rows.lines.length);
  if (empty.length === rows.lines.length) throw new NoRowsError(rows.name, [rows.textColumn, rows.labelColumn]);
  const kept = <T>(items: T[]) => items.filter((_, row) => isFull[row]);
  const note = `left out ${counted(empty.length, "row")} with an empty text (${numbered(rows.unit, empty)})`;
  return {
    ...rows,
    texts: kept(rows.texts),
    cells: kept(rows.cells),
    lines: kept(rows.lines),
    notes: [...rows.notes, note],
    emptyLines: empty,
  };
}

function fingerprintOf(texts: readonly string[], labels: readonly (readonly string[])[]): string {
  const hash = createHash("sha256");
  for (const [row, text] of texts.entries()) hash.update(`${JSON.stringify([text, ...labels[row]])}\n`);
  return hash.digest("hex");
}
