import type { Tensor2D } from "@tensorflow/tfjs-core";
import type { Features } from "../../head/linear.js";
import { transpose } from "../../head/matrix.js";
import type { Tensorflow } from "../../runtime/tensorflow.js";

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

/** Rows [N, F] on the backend, for inner products with others. Whoever makes them disposes them. */
export class BackendRows {
  readonly #rows: Tensor2D;

  constructor(
    readonly tensorflow: Tensorflow,
    { rows, size, data }: Features,
  ) {
    this.#rows = tensorflow.tf.tensor2d(data, [rows, size]);
  }

  /** [N, M], with each of the rows [M, F]. */
  products({ rows, size, data }: Features): Float32Array {
    const { tf } = this.tensorflow;
    const turned = new Float32Array(data.length); // a product with a transposed operand is ten times slower in wasm
    transpose(data, rows, size, turned);
    const products = tf.tidy(() => tf.matMul(this.#rows, tf.tensor2d(turned, [size, rows])));
    const values = products.dataSync<"float32">().slice() as Float32Array;
    products.dispose();
    return values;
  }

  dispose(): void {
    this.#rows.dispose();
  }
}
