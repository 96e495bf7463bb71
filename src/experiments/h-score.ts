import type { Features } from "../head/linear.js";
import { spectrumOf } from "./spectrum.js";

/**
 * The H-score with Ledoit and Wolf's shrinkage: tr(Σ_α⁻¹ (1 − α) Σ_z), the share of the features' variance, direction by direction, that lies
 * between the class means. Higher is better, at most K − 1.
 *
 * Source: Ibrahim, Ponomareva and Mazumder 2022, "Newer is not always better", equation 5; shrinkage α of Ledoit and Wolf 2004.
 * @param labels [N], 0 … K − 1
 */
export function hScore(features: Features, labels: Int32Array, classes: number): number {
  const { rows, size, squares, u } = spectrumOf(features, true);
  const rank = squares.length;
  const variances = squares.map((square) => square / rows);
  const alpha = shrinkage(variances, u, squares, rows, size);
  const meanVariance = total(variances) / size;
  const counts = new Float64Array(classes);
  const sums = new Float64Array(classes * rank); // of U S, by class
  for (let row = 0; row < rows; row++) {
    counts[labels[row]]++;
    for (let j = 0; j < rank; j++) sums[labels[row] * rank + j] += u[row * rank + j] * Math.sqrt(squares[j]);
  }
  let score = 0;
  for (let j = 0; j < rank; j++) {
    let between = 0;
    for (let k = 0; k < classes; k++) if (counts[k] > 0) between += sums[k * rank + j] ** 2 / counts[k];
    score += between / (rows - 1) / ((1 - alpha) * variances[j] + alpha * meanVariance);
  }
  return (1 - alpha) * score;
}

/** How far the covariance is to be pulled towards a multiple of the identity, 0 … 1. @param variances [R] eigenvalues */
function shrinkage(
  variances: Float64Array,
  u: Float64Array,
  squares: Float64Array,
  rows: number,
  size: number,
): number {
  const rank = variances.length;
  const mean = total(variances) / size;
  const scatter = total(variances.map((value) => value * value));
  let fourth = 0; // Σ ‖row‖⁴
  for (let row = 0; row < rows; row++) {
    let norm = 0;
    for (let j = 0; j < rank; j++) norm += u[row * rank + j] ** 2 * squares[j];
    fourth += norm * norm;
  }
  const beta = (fourth / rows - scatter) / (size * rows);
  const delta = (scatter - size * mean * mean) / size;
  return delta <= 0 ? 0 : Math.min(beta, delta) / delta;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
