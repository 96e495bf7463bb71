import { average } from "../mean.js";
import type { Features } from "./linear.js";

/**
 * How well a text fits the training texts: score = maxₖ e · prototypeₖ + logitWeight · maxₖ zₖ + bias, for features e [F] and logits z [K].
 * A text that fits no class is far from all prototypes even where the head, which only tells the classes apart, is sure of one.
 */
export interface InScopeScore {
  /** [F, K]: the direction of each class's mean, scaled; missing where features of rows held out are not known. */
  prototypes?: Float32Array;
  logitWeight: number;
  bias: number;
}

/** What a score is fitted on. */
export interface ScopeRows {
  /** Of all N rows; missing: the score is of the logits alone. */
  features?: Features;
  /** K */
  classes: number;
  /** [N] */
  labels: Int32Array;
  /** [N], rows with the same number are duplicates. */
  groups: Int32Array;
  /** [R], the rows whose logits are known */
  rows: ArrayLike<number>;
  /** [R, K], by heads that had not seen the row */
  logits: Float32Array;
}

/** Weight of the standardised logit beside the standardised similarity: best on the tuning sets, see docs/decisions/0008. */
const LOGIT_SHARE = 0.5;

/**
 * Fits a score, and gives those of the rows that it is fitted on, [R]: no row is compared with a mean that it is part of. Both parts have
 * mean 0 and deviation 1 over these rows.
 */
export function fitInScope(given: ScopeRows): { score: InScopeScore; scores: Float64Array } {
  const { features, classes, logits } = given;
  const count = given.rows.length;
  const tops = Float64Array.from({ length: count }, (_, i) =>
    largestOf(logits.subarray(i * classes, (i + 1) * classes)),
  );
  const logit = momentsOf(tops);
  if (!features) {
    const score = { logitWeight: 1 / logit.deviation, bias: -logit.mean / logit.deviation };
    return { score, scores: tops.map((top) => score.logitWeight * top + score.bias) };
  }
  const sums = classSums(features, given.labels, classes);
  const similarities = leftOutSimilarities(features, sums, given);
  const similarity = momentsOf(similarities);
  const score: InScopeScore = {
    prototypes: directionsOf(sums, features.size, classes, similarity.deviation),
    logitWeight: LOGIT_SHARE / logit.deviation,
    bias: -similarity.mean / similarity.deviation - (LOGIT_SHARE * logit.mean) / logit.deviation,
  };
  const scores = similarities.map((own, i) => own / similarity.deviation + score.logitWeight * tops[i] + score.bias);
  return { score, scores };
}

/** The score that a share `keeps` of the given scores reaches; all of them where they are too few to leave one out. */
export function scopeThreshold(scores: Float64Array, keeps: number): number {
  const ascending = scores.toSorted();
  return ascending[Math.max(0, Math.ceil((1 - keeps) * (scores.length + 1)) - 1)];
}

/** [K, F], the sum of each class's rows. */
function classSums({ size, data }: Features, labels: Int32Array, classes: number): Float64Array {
  const sums = new Float64Array(classes * size);
  for (const [row, label] of labels.entries()) {
    for (let f = 0; f < size; f++) sums[label * size + f] += data[row * size + f];
  }
  return sums;
}

/** [F, K], of length 1 / scale. */
function directionsOf(sums: Float64Array, size: number, classes: number, scale: number): Float32Array {
  const directions = new Float32Array(size * classes);
  for (let k = 0; k < classes; k++) {
    const own = sums.subarray(k * size, (k + 1) * size);
    const length = lengthOf(own) * scale;
    for (let f = 0; f < size; f++) directions[f * classes + k] = own[f] / length;
  }
  return directions;
}

/** [R], of each row to the nearest class mean, that of its own class without the row and its duplicates. */
function leftOutSimilarities(features: Features, sums: Float64Array, { classes, labels, groups, rows }: ScopeRows) {
  const { size, data } = features;
  const lengths = Array.from({ length: classes }, (_, k) => lengthOf(sums.subarray(k * size, (k + 1) * size)));
  const members = new Map<number, number[]>();
  for (const [row, group] of groups.entries()) members.set(group, [...(members.get(group) ?? []), row]);
  return Float64Array.from(rows, (row) => {
    const own = data.subarray(row * size, (row + 1) * size);
    const left = sums.slice(labels[row] * size, (labels[row] + 1) * size);
    for (const twin of members.get(groups[row])!) {
      if (labels[twin] === labels[row]) for (let f = 0; f < size; f++) left[f] -= data[twin * size + f];
    }
    // Rounding leaves a remainder where the class has no other row.
    const length = lengthOf(left);
    let best = length > 1e-4 ? dot(own, left) / length : -1;
    for (let k = 0; k < classes; k++) {
      if (k !== labels[row]) best = Math.max(best, dot(own, sums.subarray(k * size, (k + 1) * size)) / lengths[k]);
    }
    return best;
  });
}

function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) || 1 };
}

function largestOf(values: Float32Array): number {
  return values.reduce((a, b) => Math.max(a, b));
}

function lengthOf(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector)) || 1;
}

function dot(a: Float32Array | Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[i] * b[i];
  return sum;
}
