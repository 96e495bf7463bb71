import { lowest, type Situation, type Strategy } from "./situation.js";

/** The smallest gap between the two likeliest labels first (Scheffer et al. 2001); of several labels a row, the one nearest to even odds. */
export const margin: Strategy = (situation, count) =>
  lowest(situation.candidates, scoresOf(situation, situation.kind === "multi-label" ? nearestToEven : gap), count);

/** The highest entropy of the proposal first (Shannon 1948, eq. 7); of several labels a row, summed over them. */
export const entropy: Strategy = (situation, count) =>
  lowest(
    situation.candidates,
    scoresOf(situation, situation.kind === "multi-label" ? negativeBitEntropy : negativeEntropy),
    count,
  );

/** How sure the model is of a row, [K] probabilities, as `margin` orders rows: 1 is certain, 0 is a toss-up. */
export function gap(row: Float32Array): number {
  let [first, second] = [0, 0];
  for (const p of row) {
    if (p > first) [first, second] = [p, first];
    else if (p > second) second = p;
  }
  return first - second;
}

function nearestToEven(row: Float32Array): number {
  return row.reduce((least, p) => Math.min(least, Math.abs(2 * p - 1)), 1);
}

function negativeEntropy(row: Float32Array): number {
  return row.reduce((sum, p) => sum + nats(p), 0);
}

function negativeBitEntropy(row: Float32Array): number {
  return row.reduce((sum, p) => sum + nats(p) + nats(1 - p), 0);
}

/** p log p, and its limit 0 at p = 0. */
function nats(p: number): number {
  return p > 0 ? p * Math.log(p) : 0;
}

/** [candidates] */
function scoresOf({ candidates, probabilities, classes }: Situation, score: (row: Float32Array) => number) {
  if (!probabilities) throw new Error("uncertainty needs the probabilities of a model");
  return Float64Array.from(candidates, (row) => score(probabilities.subarray(row * classes, (row + 1) * classes)));
}
