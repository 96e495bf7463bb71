import type { Features } from "../../src/head/linear.js";
import { Random } from "../../src/random.js";

/** Random unit vectors, [rows, size]. */
export function directions(rows: number, size: number, seed = 1): Features {
  const random = new Random(seed);
  const data = Float32Array.from({ length: rows * size }, () => random.normal());
  for (let row = 0; row < rows; row++) {
    const own = data.subarray(row * size, (row + 1) * size);
    const length = Math.hypot(...own);
    for (let f = 0; f < size; f++) own[f] /= length;
  }
  return { rows, size, data };
}

/** Of row i of a and row j of b; both are unit vectors. */
export function cosine(a: Features, i: number, b: Features, j: number): number {
  let sum = 0;
  for (let f = 0; f < a.size; f++) sum += a.data[i * a.size + f] * b.data[j * b.size + f];
  return sum;
}
