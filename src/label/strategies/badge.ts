import { drawn } from "./k-means.js";
import { type Situation, type Strategy, sample } from "./situation.js";
import { dot } from "./vectors.js";

const MOST_POINTS = 20_000;

/**
 * BADGE (Ash et al. 2020): k-means++ over the gradients that the head's loss would have, were the proposal the truth. The gradient of row x is
 * (p − e_proposal) ⊗ x, so that inner products of gradients are products of two short ones and none is ever written out. The first is
 * the longest gradient, as in the authors' code.
 */
export const badge: Strategy = (situation, count, random) => {
  const rows = sample(situation.candidates, MOST_POINTS, random);
  const residuals = residualsOf(situation, rows); // [rows, K]
  const { classes } = situation;
  const { size, data } = situation.features;
  const squares = Float64Array.from(rows, (row, i) => {
    const length = dot(residuals, i * classes, residuals, i * classes, classes);
    return length * dot(data, row * size, data, row * size, size);
  });
  const distances = squares.slice();
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, rows.length)) {
    const next =
      chosen.length === 0
        ? squares.indexOf(squares.reduce((a, b) => Math.max(a, b)))
        : unchosen(distances, chosen, random);
    chosen.push(next);
    for (let i = 0; i < rows.length; i++) {
      const product =
        dot(residuals, i * classes, residuals, next * classes, classes) *
        dot(data, rows[i] * size, data, rows[next] * size, size);
      const squared = Math.max(0, squares[i] + squares[next] - 2 * product);
      distances[i] = chosen.length === 1 ? squared : Math.min(distances[i], squared);
    }
    distances[next] = 0;
  }
  return Int32Array.from(chosen, (i) => rows[i]);
};

/** In proportion to the squared distance; where all are 0, the first that is not chosen yet. */
function unchosen(distances: Float64Array, chosen: readonly number[], random: Parameters<typeof drawn>[1]): number {
  const next = drawn(distances, random);
  return chosen.includes(next) ? distances.findIndex((_, i) => !chosen.includes(i)) : next;
}

/** p − e_proposal, or for several labels p − (p ≥ ½). */
function residualsOf({ probabilities, classes, kind }: Situation, rows: Int32Array): Float32Array {
  if (!probabilities) throw new Error("BADGE needs the probabilities of a model");
  const residuals = new Float32Array(rows.length * classes);
  for (const [i, row] of rows.entries()) {
    const p = probabilities.subarray(row * classes, (row + 1) * classes);
    const top = p.indexOf(p.reduce((a, b) => Math.max(a, b)));
    for (let k = 0; k < classes; k++) {
      const proposed = kind === "multi-label" ? p[k] >= 0.5 : k === top;
      residuals[i * classes + k] = p[k] - (proposed ? 1 : 0);
    }
  }
  return residuals;
}
