import { availableParallelism } from "node:os";
import type { Features } from "../head/linear.js";
import type { NamedTensor } from "../runtime/onnxruntime.js";
import { openProducts } from "./product-graph.js";

/** Rows of a block: its products (16 MB) stay near the processor, and the event loop gets a turn between blocks. */
const BLOCK = 2048;

/** What is said of a pair of rows, first < second where both are of one set. */
export type OnPair = (first: number, second: number, similarity: number) => void;

export interface PairOptions {
  /** Pairs of a lower inner product are passed by, unless `floor` says otherwise for the rows at hand. */
  threshold: number;
  /** [N], a lower threshold for each row, which may rise meanwhile: the pair counts where it reaches either row's. */
  floor?: Float32Array;
  onPair: OnPair;
  /** @param done of `total` products */
  onProgress?(done: number, total: number): void;
}

/**
 * All pairs of rows with an inner product of at least the threshold: exact, in blocks of matrix products. 100,000 rows of 384 are
 * 3.8 TFLOP, a minute or two; an approximate index would have to be built first, and misses pairs.
 *
 * @param a [N, F], rows of unit length. @param b [M, F]; missing: pairs within `a`, each once.
 */
export async function eachPair(a: Features, b: Features | undefined, options: PairOptions): Promise<void> {
  const session = await openProducts(availableParallelism());
  const other = b ?? a;
  const blocks = blockPairs(a.rows, other.rows, b === undefined);
  const products = new Float32Array(Math.min(BLOCK, a.rows) * Math.min(BLOCK, other.rows));
  try {
    for (const [at, [top, left]] of blocks.entries()) {
      const rows = blockOf(a, top);
      const columns = blockOf(other, left);
      const dims = [rows.dims[0], columns.dims[0]];
      const into = { products: { data: products.subarray(0, dims[0] * dims[1]), dims } };
      await session.run({ a: rows, b: columns }, into);
      scan(into.products.data, dims[1], top, left, b === undefined, options);
      options.onProgress?.(at + 1, blocks.length);
      await new Promise(setImmediate);
    }
  } finally {
    await session.dispose();
  }
}

function blockPairs(rows: number, columns: number, isSymmetric: boolean): [top: number, left: number][] {
  const pairs: [number, number][] = [];
  for (let top = 0; top < rows; top += BLOCK) {
    for (let left = isSymmetric ? top : 0; left < columns; left += BLOCK) pairs.push([top, left]);
  }
  return pairs;
}

function blockOf({ rows, size, data }: Features, start: number): NamedTensor & { data: Float32Array } {
  const end = Math.min(rows, start + BLOCK);
  return { data: data.subarray(start * size, end * size), dims: [end - start, size] };
}

function scan(
  products: Float32Array,
  width: number,
  top: number,
  left: number,
  isSymmetric: boolean,
  { threshold, floor, onPair }: PairOptions,
): void {
  for (let at = 0, row = top; at < products.length; at += width, row++) {
    const first = isSymmetric && left <= row ? row + 1 - left : 0;
    for (let column = first; column < width; column++) {
      const similarity = products[at + column];
      if (similarity >= threshold || (floor && (similarity > floor[row] || similarity > floor[left + column]))) {
        onPair(row, left + column, similarity);
      }
    }
  }
}
