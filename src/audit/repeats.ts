import type { Features } from "../head/linear.js";
import { eachPair } from "../neighbours/pairs.js";
import { NearestSoFar } from "./nearest.js";

/** Another row and how near it is. */
export interface Twin {
  row: number;
  /** Cosine of the embeddings, up to 1. */
  similarity: number;
}

export interface Repeats {
  /** [N], the nearest earlier row that is a near-duplicate with the same labels. */
  earlier: (Twin | undefined)[];
  /** [N], the nearest near-duplicate with other labels. */
  conflicting: (Twin | undefined)[];
  /** [N], the mean cosine to the nearest rows. */
  closeness: Float64Array;
}

/** Neighbours whose mean tells an outlier. */
const NEIGHBOURS = 5;

/**
 * Near-duplicates, contradictions among them, and how close each row is to its nearest others, in one pass over all pairs.
 *
 * @param features of unit length, [N, D]. @param threshold the cosine from which two texts are near-duplicates.
 * @param labelKeys [N], equal where the labels of two rows are.
 */
export async function findRepeats(
  features: Features,
  labelKeys: readonly string[],
  threshold: number,
  onProgress?: (done: number, total: number) => void,
): Promise<Repeats> {
  const nearest = new NearestSoFar(features.rows, Math.min(NEIGHBOURS, Math.max(1, features.rows - 1)));
  const earlier: (Twin | undefined)[] = new Array(features.rows);
  const conflicting: (Twin | undefined)[] = new Array(features.rows);
  const keep = (twins: (Twin | undefined)[], at: number, row: number, similarity: number) => {
    if (similarity > (twins[at]?.similarity ?? -1)) twins[at] = { row, similarity };
  };
  const onPair = (first: number, second: number, similarity: number) => {
    nearest.meet(first, similarity);
    nearest.meet(second, similarity);
    if (similarity < threshold) return;
    if (labelKeys[first] === labelKeys[second]) keep(earlier, second, first, similarity);
    else {
      keep(conflicting, first, second, similarity);
      keep(conflicting, second, first, similarity);
    }
  };
  await eachPair(features, undefined, { threshold, floor: nearest.floor, onPair, onProgress });
  return { earlier, conflicting, closeness: nearest.means() };
}

/** [N] groups of rows that are near-duplicates, directly or through others, whatever their labels; numbered by their first row. */
export function repeatGroups({ earlier, conflicting }: Pick<Repeats, "earlier" | "conflicting">): Int32Array {
  const group = Int32Array.from({ length: earlier.length }, (_, row) => row);
  const rootOf = (row: number) => {
    while (group[row] !== row) {
      group[row] = group[group[row]];
      row = group[row];
    }
    return row;
  };
  for (const twins of [earlier, conflicting]) {
    for (let row = 0; row < group.length; row++) {
      const twin = twins[row];
      if (!twin) continue;
      const [a, b] = [rootOf(row), rootOf(twin.row)];
      group[Math.max(a, b)] = Math.min(a, b);
    }
  }
  return group.map(rootOf);
}

/** For each row of `a` the nearest row of `b`, where it is a near-duplicate. */
export async function findLeaks(a: Features, b: Features, threshold: number): Promise<(Twin | undefined)[]> {
  const leaks: (Twin | undefined)[] = new Array(a.rows);
  const onPair = (row: number, other: number, similarity: number) => {
    if (similarity > (leaks[row]?.similarity ?? -1)) leaks[row] = { row: other, similarity };
  };
  await eachPair(a, b, { threshold, onPair });
  return leaks;
}
