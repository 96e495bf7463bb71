import type { Features } from "../head/linear.js";
import { multiply, multiplyTransposed, transposed } from "../head/matrix.js";
import { symmetricEigen } from "./eigen.js";

/** The thin singular value decomposition of features F = U S Vᵀ, without V. */
export interface FeatureSpectrum {
  rows: number;
  /** F, columns of the features. */
  size: number;
  /** Squared singular values, [R], R ≤ min(N, F). */
  squares: Float64Array;
  /** [N, R] */
  u: Float64Array;
}

/** Directions of which the squared singular value is below this share of the largest are left out: float32 has no more digits. */
const NEGLIGIBLE = 1e-12;

/** Decomposes features by the smaller of F Fᵀ and Fᵀ F. @param centred subtract column means first */
export function spectrumOf(features: Features, centred: boolean): FeatureSpectrum {
  const { rows, size } = features;
  const f = Float64Array.from(features.data);
  if (centred) centre(f, rows, size);
  const isWide = rows <= size;
  const across = isWide ? f : transposed(f, size);
  const side = isWide ? rows : size;
  const { values, vectors } = symmetricEigen(multiplyTransposed(across, across, isWide ? size : rows), side);
  const largest = values[side - 1];
  const kept = [...values.keys()].filter((j) => values[j] > NEGLIGIBLE * largest);
  const directions = new Float64Array(side * kept.length);
  for (let i = 0; i < side; i++) {
    for (const [at, j] of kept.entries()) directions[i * kept.length + at] = vectors[i * side + j];
  }
  const squares = Float64Array.from(kept, (j) => values[j]);
  if (isWide) return { rows, size, squares, u: directions };
  const u = multiply(f, directions, size, kept.length); // F V = U S
  for (let i = 0; i < u.length; i++) u[i] /= Math.sqrt(squares[i % kept.length]);
  return { rows, size, squares, u };
}

function centre(f: Float64Array, rows: number, size: number): void {
  for (let column = 0; column < size; column++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += f[row * size + column];
    for (let row = 0; row < rows; row++) f[row * size + column] -= sum / rows;
  }
}
