import type { Features } from "../../head/linear.js";

/** The inner product of two vectors of `size` numbers that begin at `i` and `j`. */
export function dot(a: Float32Array, i: number, b: Float32Array, j: number, size: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let f = 0;
  for (; f + 4 <= size; f += 4) {
    s0 += a[i + f] * b[j + f];
    s1 += a[i + f + 1] * b[j + f + 1];
    s2 += a[i + f + 2] * b[j + f + 2];
    s3 += a[i + f + 3] * b[j + f + 3];
  }
  for (; f < size; f++) s0 += a[i + f] * b[j + f];
  return s0 + s1 + s2 + s3;
}

/** Rows scaled to length 1, so that an inner product is a cosine; a row of zeros stays. */
export function unitRows({ rows, size, data }: Features): Features {
  const scaled = data.slice();
  for (let at = 0; at < scaled.length; at += size) {
    const length = Math.sqrt(dot(scaled, at, scaled, at, size)) || 1;
    for (let f = 0; f < size; f++) scaled[at + f] /= length;
  }
  return { rows, size, data: scaled };
}
