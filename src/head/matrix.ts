/** A row whose part outside the basis is shorter than this share of the row adds nothing: float32 has no more digits. */
const DEPENDENT = 1e-6;

/**
 * An orthonormal basis [R, size] of the space that rows [N, size] span, R ≤ N: modified Gram–Schmidt, each row in turn, a row
 * that depends on those before it left out.
 */
export function rowBasis(matrix: Float64Array, rows: number, size: number): Float64Array {
  const basis = new Float64Array(rows * size);
  let rank = 0;
  for (let row = 0; row < rows; row++) {
    const rest = matrix.slice(row * size, (row + 1) * size);
    const length = Math.sqrt(dot(rest, 0, rest, 0, size));
    for (let r = 0; r < rank; r++) {
      const overlap = dot(rest, 0, basis, r * size, size);
      for (let f = 0; f < size; f++) rest[f] -= overlap * basis[r * size + f];
    }
    const norm = Math.sqrt(dot(rest, 0, rest, 0, size));
    if (norm <= DEPENDENT * length) continue;
    for (let f = 0; f < size; f++) basis[rank * size + f] = rest[f] / norm;
    rank++;
  }
  return basis.slice(0, rank * size);
}

/** a · b for a [A, inner] and b [inner, columns], [A, columns]. */
export function multiply(a: Float64Array, b: Float64Array, inner: number, columns: number): Float64Array {
  const rows = a.length / inner;
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const to = row * columns;
    for (let i = 0; i < inner; i++) {
      const scale = a[row * inner + i];
      for (let column = 0; column < columns; column++) result[to + column] += scale * b[i * columns + column];
    }
  }
  return result;
}

/** a · bᵀ for a [A, size] and b [B, size], [A, B]. */
export function multiplyTransposed(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const rows = a.length / size;
  const columns = b.length / size;
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[row * columns + column] = dot(a, row * size, b, column * size, size);
    }
  }
  return result;
}

/** The transpose [width, N] of rows [N, width]. */
export function transposed(matrix: Float64Array, width: number): Float64Array {
  const result = new Float64Array(matrix.length);
  transpose(matrix, matrix.length / width, width, result);
  return result;
}

/** Writes the transpose of `source` [rows, columns] to `target`, in blocks that stay in the cache. */
export function transpose<A extends Float32Array | Float64Array>(
  source: A,
  rows: number,
  columns: number,
  target: A,
): void {
  const block = 32;
  for (let top = 0; top < rows; top += block) {
    const bottom = Math.min(rows, top + block);
    for (let left = 0; left < columns; left += block) {
      const right = Math.min(columns, left + block);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) target[column * rows + row] = source[row * columns + column];
      }
    }
  }
}

function dot(a: Float64Array, at: number, b: Float64Array, from: number, size: number): number {
  let sum = 0;
  for (let f = 0; f < size; f++) sum += a[at + f] * b[from + f];
  return sum;
}
