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
 * Predicts a table in windows of `windowSize` rows in constant memory; the next window is read while one is computed. What is predicted
 * for a row depends on its own window only, so that skipping whole windows changes nothing in the others.
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
  let next = windows.next();
  for (;;) {
    const window = await next;
    if (window.done) return;
    const texts = window.value.map(textOf);
    next = windows.next();
    next.catch(() => {}); // heard when it is awaited, after the window that is computed meanwhile
    yield await predictWindow(model, window.value, texts, rowValues);
  }
}

async function predictWindow(
  model: Pick<TextClassifier, "labels" | "predictScoped">,
  records: readonly TableRecord[],
  texts: readonly string[],
  rowValues: RowValues,
): Promise<PredictedWindow> {
  const full = texts.filter((text) => /\S/.test(text));
  const scored = full.length > 0 ? await model.predictScoped(full) : undefined;
  const classes = model.labels.length;
  let at = 0;
  const values = texts.map((text) => {
    if (!/\S/.test(text)) return rowValues.of(null);
    const outOfScope = scored!.outOfScope?.[at] === 1;
    return rowValues.of(scored!.probabilities.subarray(at * classes, ++at * classes), outOfScope);
  });
  return { records, values, empty: texts.length - full.length };
}

async function* windowsOf(table: Table, skip: number): AsyncGenerator<TableRecord[]> {
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
