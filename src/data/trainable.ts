import { type Dataset, selectRows, withLabels } from "./dataset.js";
import { duplicateGroups } from "./duplicates.js";
import {
  NumericLabelsError,
  OneClassError,
  RareClassError,
  SimilarLabelsError,
  TooManyClassesError,
} from "./errors.js";
import { compareCodePoints, labelCounts } from "./labels.js";
import { counted, listed, quote } from "./wording.js";

const MAX_CLASSES = 2000;
/** Up to here a class for every second row is a small dataset, not an id mistaken for a label. */
const FEW_CLASSES = 20;

export interface TrainableOptions {
  /** Leave out classes with one example instead of failing. */
  dropRare?: boolean;
  /** Make labels one that differ in case or white space only, instead of failing. */
  foldLabels?: boolean;
}

/**
 * The dataset, if a classifier can be trained on it; with classes of one example dropped and similar labels made one where asked.
 *
 * @throws {SimilarLabelsError | NumericLabelsError | TooManyClassesError | OneClassError | RareClassError}
 */
export function requireTrainable(dataset: Dataset, options: TrainableOptions = {}): Dataset {
  const folded = foldedLabels(dataset, options.foldLabels ?? false);
  const counts = labelCounts(folded);
  requireNames(folded, counts);
  const classes = counts.size;
  const rows = folded.texts.length;
  if (classes > MAX_CLASSES || (classes > FEW_CLASSES && classes > rows / 2)) {
    throw new TooManyClassesError(folded.name, folded.labelColumn, classes, rows, MAX_CLASSES);
  }
  requireTwoClasses(folded, counts);
  const frequent = withoutRare(folded, options.dropRare ?? false);
  requireTwoClasses(frequent, labelCounts(frequent));
  return frequent;
}

/** The form in which labels are compared: case, white space and Unicode composition do not count. */
export function foldedForm(label: string): string {
  return label.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();
}

function foldedLabels(dataset: Dataset, fold: boolean): Dataset {
  const groups = new Map<string, { label: string; rows: number }[]>();
  for (const [label, rows] of labelCounts(dataset)) {
    const form = foldedForm(label);
    groups.set(form, [...(groups.get(form) ?? []), { label, rows }]);
  }
  const similar = [...groups.values()].filter((group) => group.length > 1);
  for (const group of similar) group.sort((a, b) => b.rows - a.rows || compareCodePoints(a.label, b.label));
  if (similar.length === 0) return dataset;
  if (!fold) throw new SimilarLabelsError(dataset.name, similar);
  const kept = new Map(similar.flatMap((group) => group.map(({ label }) => [label, group[0].label.trim()])));
  const labels = dataset.labels.map((row) => [...new Set(row.map((label) => kept.get(label) ?? label))]);
  const folds = similar.map((group) => `${group.map(({ label }) => quote(label, 40)).join(" and ")}`);
  return withLabels(dataset, labels, [`made one label each of ${listed(folds, 3)}`]);
}

/** Numbers are quantities when many fractions differ, or many integers that are neither dense, as ids of classes are, nor repeated. */
function requireNames(dataset: Dataset, counts: ReadonlyMap<string, number>): void {
  const names = [...counts.keys()];
  if (names.length === 0 || !names.every(isNumber)) return;
  const values = names.map(Number);
  const distinct = names.length;
  const span = values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b)) + 1;
  const areFractions = distinct > 10 && !values.every(Number.isInteger);
  const areCounts = distinct > 30 && distinct < 0.9 * span && dataset.texts.length < 5 * distinct;
  if (areFractions || areCounts) throw new NumericLabelsError(dataset.name, distinct, names);
}

/** Whether a label is written as a number. */
export function isNumber(label: string): boolean {
  return /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(label);
}

function requireTwoClasses(dataset: Dataset, counts: ReadonlyMap<string, number>): void {
  const rows = dataset.texts.length;
  const [label] = counts.keys();
  const isAlways = counts.get(label) === rows;
  if (counts.size === 0 || (counts.size === 1 && (isAlways || !dataset.multiLabel))) {
    throw new OneClassError(dataset.name, label, rows);
  }
}

function withoutRare(dataset: Dataset, drop: boolean): Dataset {
  const examples = examplesOf(dataset);
  const rare = new Set([...examples].filter(([, rows]) => rows.size === 1).map(([label]) => label));
  if (rare.size === 0) return dataset;
  if (!drop) {
    const found = [...rare].map((label) => ({ label, line: dataset.lines[[...examples.get(label)!.values()][0]] }));
    throw new RareClassError(dataset.name, dataset.unit, found);
  }
  const names = listed([...rare].map((label) => quote(label, 40)));
  const note = `left out ${counted(rare.size, "class", "classes")} with one example: ${names}`;
  if (dataset.multiLabel) {
    return withLabels(
      dataset,
      dataset.labels.map((labels) => labels.filter((label) => !rare.has(label))),
      [note],
    );
  }
  const rows = dataset.labels.flatMap(([label], row) => (rare.has(label) ? [] : [row]));
  return selectRows(dataset, rows, [note]);
}

/** The different texts of each label, by their groups: the first row of each. Equal texts stand on one side of every split, so that they are one example. */
function examplesOf({ texts, labels }: Dataset): Map<string, Map<number, number>> {
  const examples = new Map<string, Map<number, number>>();
  for (const [row, group] of duplicateGroups(texts).entries()) {
    for (const label of labels[row]) {
      const rows = examples.get(label) ?? new Map<number, number>();
      if (!rows.has(group)) rows.set(group, row);
      examples.set(label, rows);
    }
  }
  return examples;
}
