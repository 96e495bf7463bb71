/** Eigenvalues [R], ascending, and orthonormal eigenvectors, the j-th in column j of [R, R]. */
export interface Eigen {
  values: Float64Array;
  vectors: Float64Array;
}

const MOST_ITERATIONS = 60;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix of hundreds of rows, where Jacobi rotations would take seconds: Householder
 * reduction to tridiagonal form, then implicit QL (EISPACK's tred2 and tql2; Wilkinson and Reinsch 1971).
 * @param matrix [R, R]
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const v = matrix.slice();
  const d = new Float64Array(size);
  const e = new Float64Array(size);
  tridiagonalize(v, d, e, size);
  diagonalizeByQl(v, d, e, size);
  return sorted(v, d, size);
}

/** Reduces v to the diagonal d and subdiagonal e, and leaves the transformation in v. */
function tridiagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(v[i * n + k]);
    if (scale === 0) {
      e[i] = v[i * n + i - 1];
      d[i] = 0;
      continue;
    }
    let h = 0;
    for (let k = 0; k < i; k++) {
      v[i * n + k] /= scale;
      h += v[i * n + k] ** 2;
    }
    const f = v[i * n + i - 1];
    const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
    e[i] = scale * g;
    h -= f * g;
    v[i * n + i - 1] = f - g;
    reflect(v, e, i, n, h);
    d[i] = h;
  }
  accumulate(v, d, n);
}

/** A ← A − u pᵀ − p uᵀ on the leading i × i block, for the Householder vector u in row i. */
function reflect(v: Float64Array, e: Float64Array, i: number, n: number, h: number): void {
  const u = v.subarray(i * n, i * n + i);
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    v[j * n + i] = u[j] / h;
    let sum = v[j * n + j] * u[j];
    for (let k = 0; k < j; k++) {
      sum += v[j * n + k] * u[k];
      e[k] += v[j * n + k] * u[j];
    }
    e[j] += sum;
  }
  let along = 0;
  for (let j = 0; j < i; j++) {
    e[j] /= h;
    along += e[j] * u[j];
  }
  const half = along / (2 * h);
  for (let j = 0; j < i; j++) e[j] -= half * u[j];
  for (let j = 0; j < i; j++) for (let k = 0; k <= j; k++) v[j * n + k] -= u[j] * e[k] + e[j] * u[k];
}

/** Multiplies the reflections out. */
function accumulate(v: Float64Array, d: Float64Array, n: number): void {
  const g = new Float64Array(n);
  d[0] = 0;
  for (let i = 0; i < n; i++) {
    if (d[i] !== 0) {
      g.fill(0, 0, i);
      for (let k = 0; k < i; k++) for (let j = 0; j < i; j++) g[j] += v[i * n + k] * v[k * n + j];
      for (let k = 0; k < i; k++) for (let j = 0; j < i; j++) v[k * n + j] -= g[j] * v[k * n + i];
    }
    d[i] = v[i * n + i];
    v[i * n + i] = 1;
    for (let j = 0; j < i; j++) v[j * n + i] = v[i * n + j] = 0;
  }
}

function diagonalizeByQl(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  const rows = transposed(v, n); // rotations then run along rows
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]))) m++;
      if (m === l) break;
      qlStep(rows, d, e, l, m, n);
    }
  }
  v.set(transposed(rows, n));
}

/** One implicit QL sweep with Wilkinson's shift over l … m. @param rows eigenvectors as rows */
function qlStep(rows: Float64Array, d: Float64Array, e: Float64Array, l: number, m: number, n: number): void {
  let g = (d[l + 1] - d[l]) / (2 * e[l]);
  let r = Math.hypot(g, 1);
  g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    r = (d[i] - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    for (let k = 0; k < n; k++) {
      const x = rows[(i + 1) * n + k];
      rows[(i + 1) * n + k] = s * rows[i * n + k] + c * x;
      rows[i * n + k] = c * rows[i * n + k] - s * x;
    }
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

function transposed(matrix: Float64Array, n: number): Float64Array {
  const result = new Float64Array(matrix.length);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[j * n + i] = matrix[i * n + j];
  return result;
}

function sorted(v: Float64Array, d: Float64Array, n: number): Eigen {
  const order = [...d.keys()].sort((a, b) => d[a] - d[b]);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) vectors[i * n + j] = v[i * n + order[j]];
  return { values: Float64Array.from(order, (j) => d[j]), vectors };
}
