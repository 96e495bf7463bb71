const MAX_SWEEPS = 30;
/** Off-diagonal weight, relative to the whole, at which a matrix counts as diagonal. */
const DIAGONAL = 1e-24;

/**
 * Eigenvalues [R] and orthonormal eigenvectors [R, R] (columns) of a small symmetric matrix, in no particular order:
 * cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5).
 */
export function diagonalize(matrix: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const whole = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonal(a, size) > DIAGONAL * whole; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) if (a[p * size + q] !== 0) rotate(a, vectors, size, p, q);
    }
  }
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]), vectors };
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (i % (size + 1) !== 0) sum += a[i] * a[i];
  return sum;
}

/** A ← JᵀAJ and V ← VJ for the rotation J of the plane (p, q) that makes A[p, q] zero. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * a[p * size + q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const turn = (m: Float64Array, i: number, j: number) => {
    const x = m[i];
    m[i] = c * x - s * m[j];
    m[j] = s * x + c * m[j];
  };
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) turn(vectors, k * size + p, k * size + q);
}
