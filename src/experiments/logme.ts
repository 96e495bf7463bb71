import type { Features } from "../head/linear.js";
import { type FeatureSpectrum, spectrumOf } from "./spectrum.js";

const MOST_ITERATIONS = 11;
const CONVERGED = 1e-3;
const GUARD = 1e-5;

/**
 * LogME: the logarithm of the maximum evidence p(y | F) of Bayesian linear regression on features, per row and averaged over one-against-all
 * targets: how well labels can be told from features, without training and without overfitting.
 *
 * Source: You et al. 2021, "LogME: Practical Assessment of Pre-trained Models for Transfer Learning", equations 1–4; α and β by the
 * fixed point of You et al. 2022 (JMLR 23), Algorithm 3, with its 11 iterations, tolerance 1e-3 and guard 1e-5. Agrees with the
 * authors' LogME.py, which leaves the D − N directions without variance out of log |A| where there are fewer rows than columns.
 * @param labels [N], 0 … K − 1
 */
export function logMe(features: Features, labels: Int32Array, classes: number): number {
  const spectrum = spectrumOf(features, false);
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    sum += evidence(
      spectrum,
      labels.map((label) => (label === k ? 1 : 0)),
    );
  }
  return sum / classes;
}

/** The evidence of one target y [N], divided by N. */
function evidence({ rows, size, squares, u }: FeatureSpectrum, y: Int32Array): number {
  const rank = squares.length;
  const x2 = new Float64Array(rank); // (Uᵀ y)²
  for (let row = 0; row < rows; row++) if (y[row]) for (let j = 0; j < rank; j++) x2[j] += u[row * rank + j];
  for (let j = 0; j < rank; j++) x2[j] **= 2;
  const outside = Math.max(0, sum(y) - sum(x2)); // what no direction of F explains
  let [alpha, beta] = [1, 1];
  let [m2, res2] = [0, 0];
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const t = alpha / beta;
    const gamma = sum(squares.map((square) => square / (square + t)));
    m2 = sum(squares.map((square, j) => (square * x2[j]) / (square + t) ** 2)); // ‖m‖²
    res2 = sum(squares.map((square, j) => x2[j] / (1 + square / t) ** 2)) + outside; // ‖F m − y‖²
    alpha = gamma / (m2 + GUARD);
    beta = (rows - gamma) / (res2 + GUARD);
    if (Math.abs(alpha / beta - t) / t <= CONVERGED) break;
  }
  // log |αI + β FᵀF|: directions without variance add log α each
  const logDeterminant =
    sum(squares.map((square) => Math.log(alpha + beta * square))) + (size - rank) * Math.log(alpha);
  const logs = size * Math.log(alpha) + rows * Math.log(beta) - rows * Math.log(2 * Math.PI) - logDeterminant;
  return (logs - beta * res2 - alpha * m2) / (2 * rows);
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
