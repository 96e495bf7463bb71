import { type ConfidentJoint, confidentJoint, type LabelledProbabilities } from "./confident-joint.js";

/**
 * Which rows are flagged (Northcutt et al. 2021, section 3.2): rows that confidently belong to another class; as many as the joint says of each
 * (label, class) pair, of the largest margin (prune by noise rate); as many as it says of each label, of the lowest probability of the label (prune by
 * class); rows flagged by both; or all rows whose likeliest class is not the label.
 */
export type PruneRule = "confident" | "noise-rate" | "class" | "both" | "argmax";

/** A label that is probably wrong. */
export interface LabelError {
  /** Index of the row, from 0. */
  row: number;
  /** Class given. */
  given: number;
  /** The likeliest other class. */
  suggested: number;
  /** Probability of the suggested class less that of the given one, −1 … 1: rows are ranked by it. */
  margin: number;
}

/** @returns the rows whose label is probably wrong, the surest first. @param rule chosen by measurement: docs/decisions/0009. */
export function labelErrors(
  input: LabelledProbabilities,
  joint: ConfidentJoint = confidentJoint(input),
  rule: PruneRule = "both",
): LabelError[] {
  const candidates = [...input.labels.keys()].map((row) => candidateOf(input, row));
  const flagged = flags[rule](input, joint);
  // Counts may want a row of which the model says what its label says; confidence has looked at both.
  const errors = candidates.filter(({ row, margin }) => flagged[row] === 1 && (margin > 0 || rule === "confident"));
  return errors.sort((a, b) => b.margin - a.margin || a.row - b.row);
}

type Flag = (input: LabelledProbabilities, joint: ConfidentJoint) => Uint8Array;

const flags: Record<PruneRule, Flag> = {
  confident: ({ labels }, { confident }) =>
    Uint8Array.from(labels, (label, row) => Number(confident[row] !== -1 && confident[row] !== label)),
  "noise-rate": byNoiseRate,
  class: byClass,
  both: (...given) => {
    const second = byClass(...given);
    return byNoiseRate(...given).map((flag, row) => flag & second[row]);
  },
  argmax: ({ labels }) => new Uint8Array(labels.length).fill(1),
};

function candidateOf({ classes, probabilities, labels }: LabelledProbabilities, row: number): LabelError {
  const given = labels[row];
  const at = row * classes;
  let suggested = given === 0 ? 1 : 0;
  for (let k = 0; k < classes; k++) {
    if (k !== given && probabilities[at + k] > probabilities[at + suggested]) suggested = k;
  }
  return { row, given, suggested, margin: probabilities[at + suggested] - probabilities[at + given] };
}

function byNoiseRate(
  { classes, probabilities, labels }: LabelledProbabilities,
  { counts }: ConfidentJoint,
): Uint8Array {
  const flagged = new Uint8Array(labels.length);
  for (const [label, rows] of rowsByLabel(labels, classes).entries()) {
    const whole = wholeCounts(counts.subarray(label * classes, (label + 1) * classes));
    for (let k = 0; k < classes; k++) {
      const wanted = k === label ? 0 : whole[k];
      const margin = (row: number) => probabilities[row * classes + k] - probabilities[row * classes + label];
      for (const row of largest(rows, wanted, margin)) flagged[row] = 1;
    }
  }
  return flagged;
}

function byClass({ classes, probabilities, labels }: LabelledProbabilities, { counts }: ConfidentJoint): Uint8Array {
  const flagged = new Uint8Array(labels.length);
  for (const [label, rows] of rowsByLabel(labels, classes).entries()) {
    const wanted = rows.length - wholeCounts(counts.subarray(label * classes, (label + 1) * classes))[label];
    for (const row of largest(rows, wanted, (each) => -probabilities[each * classes + label])) flagged[row] = 1;
  }
  return flagged;
}

/** Whole numbers of the same sum, by the largest remainders: with many classes most counts are below a half, and their sum is not. */
function wholeCounts(counts: Float64Array): Float64Array {
  const whole = counts.map(Math.floor);
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  const left = Math.round(sum(counts) - sum(whole));
  const order = [...counts.keys()].sort((a, b) => counts[b] - whole[b] - (counts[a] - whole[a]) || a - b);
  for (const k of order.slice(0, left)) whole[k]++;
  return whole;
}

function rowsByLabel(labels: Int32Array, classes: number): number[][] {
  const rows = Array.from({ length: classes }, (): number[] => []);
  for (const [row, label] of labels.entries()) rows[label].push(row);
  return rows;
}

function largest(rows: readonly number[], wanted: number, score: (row: number) => number): number[] {
  if (wanted === 0) return [];
  return [...rows].sort((a, b) => score(b) - score(a) || a - b).slice(0, wanted);
}
