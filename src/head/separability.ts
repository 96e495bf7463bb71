import { type Features, rowsOf, type Targets } from "./linear.js";

/**
 * How well features tell the classes apart as they are: the share of rows that are nearest, by cosine, to the mean of their own class when
 * they take no part in it (prototypes as in Snell et al. 2017), corrected for chance: (share − 1/K) / (1 − 1/K), at least 0.
 *
 * @param features [N, F]. @returns 0 for several labels a row.
 */
export function separability(features: Features, targets: Targets): number {
  if (targets.kind === "multi-label") return 0;
  const { labels, classes } = targets;
  const sums = classSums(features, labels, classes);
  let right = 0;
  for (let row = 0; row < features.rows; row++) if (nearest(features, row, labels[row], sums) === labels[row]) right++;
  return Math.max(0, (right / rowsOf(targets) - 1 / classes) / (1 - 1 / classes));
}

function rowOf({ data, size }: Features, row: number): Float32Array {
  return data.subarray(row * size, (row + 1) * size);
}

function classSums(features: Features, labels: Int32Array, classes: number): Float64Array[] {
  const sums = Array.from({ length: classes }, () => new Float64Array(features.size));
  for (let row = 0; row < features.rows; row++) {
    const sum = sums[labels[row]];
    for (const [i, value] of rowOf(features, row).entries()) sum[i] += value;
  }
  return sums;
}

/** The class whose sum a row is nearest to; the row itself is taken out of its own. */
function nearest(features: Features, row: number, own: number, sums: readonly Float64Array[]): number {
  const values = rowOf(features, row);
  const cosines = sums.map((sum, label) => {
    let [product, square] = [0, 0];
    for (const [i, value] of values.entries()) {
      const other = label === own ? sum[i] - value : sum[i];
      product += value * other;
      square += other * other;
    }
    return square > 0 ? product / Math.sqrt(square) : Number.NEGATIVE_INFINITY;
  });
  return cosines.indexOf(Math.max(...cosines));
}
