import { type ClassCounts, clearCounts, emptyCounts, macroF1OfAll, microF1Of } from "./class-counts.js";
import type { MultiLabelInput } from "./types.js";

const HAS = 1;
const GIVEN = 2;

/** The label decisions of N rows, only those kept where a label is true or given; row i owns entries starts[i] … starts[i + 1]. */
export interface LabelDecisions {
  starts: Int32Array; // [N + 1]
  label: Int32Array;
  /** True labels have bit 1, given labels bit 2. */
  state: Uint8Array;
  /** 1 where the row's whole label set is right, [N]. */
  exact: Uint8Array;
}

/** Applies the thresholds: label k is given where its probability is at or above threshold k. */
export function decideLabels({ probabilities, labels, thresholds, labelNames }: MultiLabelInput): LabelDecisions {
  const classes = labelNames.length;
  const rows = labels.length / classes;
  const starts = new Int32Array(rows + 1);
  const label: number[] = [];
  const state: number[] = [];
  const exact = new Uint8Array(rows).fill(1);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < classes; k++) {
      const at = i * classes + k;
      const mark = (labels[at] ? HAS : 0) | (probabilities[at] >= thresholds[k] ? GIVEN : 0);
      if (mark === 0) continue;
      label.push(k);
      state.push(mark);
      if (mark !== (HAS | GIVEN)) exact[i] = 0;
    }
    starts[i + 1] = label.length;
  }
  return { starts, label: Int32Array.from(label), state: Uint8Array.from(state), exact };
}

/** Computes micro-F1, macro-F1 and subset accuracy of drawn rows; `counts` holds what the last call counted. */
export function labelSummarizer(
  { starts, label, state, exact }: LabelDecisions,
  classes: number,
): { counts: ClassCounts; figures: (drawn: Int32Array) => number[] } {
  const counts = emptyCounts(classes);
  const figures = (drawn: Int32Array) => {
    clearCounts(counts);
    let right = 0;
    for (let j = 0; j < drawn.length; j++) {
      const i = drawn[j];
      right += exact[i];
      for (let e = starts[i]; e < starts[i + 1]; e++) {
        const k = label[e];
        counts.support[k] += state[e] & HAS;
        counts.predicted[k] += state[e] >> 1;
        if (state[e] === (HAS | GIVEN)) counts.truePositives[k]++;
      }
    }
    return [microF1Of(counts), macroF1OfAll(counts), right / drawn.length];
  };
  return { counts, figures };
}

/** Mean over rows of the F1 between true and given labels; 0 where a row has neither. */
export function samplesF1Of({ starts, state, exact }: LabelDecisions): number {
  let sum = 0;
  for (let i = 0; i < exact.length; i++) {
    let both = 0;
    let either = 0;
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      if (state[e] === (HAS | GIVEN)) both++;
      either += (state[e] & HAS) + (state[e] >> 1);
    }
    if (either > 0) sum += (2 * both) / either;
  }
  return sum / exact.length;
}

/** Labels that row i has but was not given, and labels that it was given but does not have. */
export function mistakesOfRow(
  { starts, label, state }: LabelDecisions,
  i: number,
): { missed: number[]; given: number[] } {
  const missed: number[] = [];
  const given: number[] = [];
  for (let e = starts[i]; e < starts[i + 1]; e++) {
    if (state[e] === HAS) missed.push(label[e]);
    if (state[e] === GIVEN) given.push(label[e]);
  }
  return { missed, given };
}
