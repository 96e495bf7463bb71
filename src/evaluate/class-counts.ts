import type { ClassScores } from "./types.js";

/** What precision, recall and F1 of K classes are made of; each array is [K]. */
export interface ClassCounts {
  /** Rows that have the class and were given it. */
  truePositives: Float64Array;
  /** Rows that have the class. */
  support: Float64Array;
  /** Rows that were given the class. */
  predicted: Float64Array;
}

/** Zero counts for `classes` classes. */
export function emptyCounts(classes: number): ClassCounts {
  return {
    truePositives: new Float64Array(classes),
    support: new Float64Array(classes),
    predicted: new Float64Array(classes),
  };
}

/** Sets all counts back to zero. */
export function clearCounts({ truePositives, support, predicted }: ClassCounts): void {
  truePositives.fill(0);
  support.fill(0);
  predicted.fill(0);
}

/** F1 = 2 TP / (support + predicted), 0 where that is 0 / 0. */
function f1Of({ truePositives, support, predicted }: ClassCounts, k: number): number {
  return ratio(2 * truePositives[k], support[k] + predicted[k]);
}

/** Mean F1 over the classes that have a true or a predicted row (scikit-learn's macro average for single-label rows). */
export function macroF1OfPresent(counts: ClassCounts): number {
  let sum = 0;
  let present = 0;
  for (let k = 0; k < counts.support.length; k++) {
    if (counts.support[k] + counts.predicted[k] === 0) continue;
    present++;
    sum += f1Of(counts, k);
  }
  return ratio(sum, present);
}

/** Mean F1 over every label (scikit-learn's macro average for label-indicator rows). */
export function macroF1OfAll(counts: ClassCounts): number {
  let sum = 0;
  for (let k = 0; k < counts.support.length; k++) sum += f1Of(counts, k);
  return ratio(sum, counts.support.length);
}

/** F1 of all decisions pooled. */
export function microF1Of({ truePositives, support, predicted }: ClassCounts): number {
  return ratio(2 * total(truePositives), total(support) + total(predicted));
}

/** Mean F1 weighted by support. */
export function weightedF1Of(counts: ClassCounts): number {
  let sum = 0;
  for (let k = 0; k < counts.support.length; k++) sum += counts.support[k] * f1Of(counts, k);
  return ratio(sum, total(counts.support));
}

/** The figures of one class, under its name. */
export function classScores(counts: ClassCounts, k: number, label: string): ClassScores {
  const hits = counts.truePositives[k];
  return {
    label,
    precision: ratio(hits, counts.predicted[k]),
    recall: ratio(hits, counts.support[k]),
    f1: f1Of(counts, k),
    support: counts.support[k],
  };
}

function total(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
