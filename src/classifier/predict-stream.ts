import { textReader } from "../data/cells.js";
import type { TableRecord } from "../data/record.js";
import type { Table } from "../data/table.js";
import type { AddedValue } from "../data/write.js";
import { windowSize } from "../encoder/text-runner.js";
import type { TextClassifier } from "./classifier.js";
import type { RowValues } from "./row-values.js";

/** Rows of a table with what was predicted for them. */
export interface PredictedWindow {
  records: readonly TableRecord[];
  values: readonly (readonly AddedValue[])[];
  /** Rows without a text among them. */
  empty: number;
}

/**
 * Predicts a table in windows of `windowSize` rows in constant memory; while one is computed, the next is read and tokenised. What is
 * predicted for a row depends on its own window only, so that skipping whole windows changes nothing in the others.
 *
 * @param skip rows to leave out at the start, whole windows of them
 * @throws the errors of reading the table, after the windows before
 */
export async function* predictWindows(
  model: Pick<TextClassifier, "labels" | "predictScoped">,
  table: Table,
  textColumn: string,
  rowValues: RowValues,
  skip = 0,
): AsyncGenerator<PredictedWindow> {
  const textOf = textReader(table, textColumn);
  const windows = windowsOf(table, skip);
  /** The next rows and, wrapped so that nobody waits for it yet, what becomes of them. */
  const begin = async () => {
    const { done, value: records } = await windows.next();
    if (done) return undefined;
    const window = predictWindow(model, records, records.map(textOf), rowValues);
    window.catch(() => {}); // heard below, after the window before
    return { window };
  };
  let begun = await begin();
  while (begun) {
    const next = begin();
    next.catch(() => {}); // heard below as well
    yield await begun.window;
    begun = await next;
  }
}

/** Predicts rows; a text that stands in several of them is encoded once. */
export async function predictWindow(
  model: Pick<TextClassifier, "labels" | "predictScoped">,
  records: readonly TableRecord[],
  texts: readonly string[],
  rowValues: RowValues,
): Promise<PredictedWindow> {
  const classes = model.labels.length;
  const distinct = [...new Set(texts)].filter((text) => /\S/.test(text));
  const scored = distinct.length > 0 ? await model.predictScoped(distinct) : undefined;
  const valuesOf = new Map(
    distinct.map((text, at) => {
      const row = scored!.probabilities.subarray(at * classes, (at + 1) * classes);
      return [text, rowValues.of(row, scored!.outOfScope?.[at] === 1)];
    }),
  );
  return {
    records,
    values: texts.map((text) => valuesOf.get(text) ?? rowValues.of(null)),
    empty: texts.filter((text) => !valuesOf.has(text)).length,
  };
}

/** The rows of a table in windows of `windowSize`; the last one may be shorter. @param skip rows to leave out at the start */
export async function* windowsOf(table: Table, skip = 0): AsyncGenerator<TableRecord[]> {
  let window: TableRecord[] = [];
  for await (const batch of table.batches({ skip })) {
    for (const record of batch) {
      window.push(record);
      if (window.length < windowSize) continue;
      yield window;
      window = [];
    }
  }
  if (window.length > 0) yield window;
}
