import { type Features, selectFeatures } from "../../head/linear.js";
import type { Random } from "../../random.js";
import type { Tensorflow } from "../../runtime/tensorflow.js";
import { BackendRows, unitRows } from "./vectors.js";

const MAX_ROUNDS = 10;

/**
 * Spherical k-means (Dhillon and Modha 2001) from k-means++ seeds (Arthur and Vassilvitskii 2007), in a few rounds: what asks for
 * clusters here wants the texts spread out, not the optimum.
 *
 * @param points [N, F], rows of length 1. @param clusters at most N.
 * @returns [N], the cluster of each row, 0 … clusters − 1; a cluster may be empty
 */
export function kMeans(tensorflow: Tensorflow, points: Features, clusters: number, random: Random): Int32Array {
  const rows = new BackendRows(tensorflow, points);
  try {
    let centres = selectFeatures(points, seedRows(points, rows, clusters, random));
    let assigned = nearest(rows, centres);
    for (let round = 1; round < MAX_ROUNDS; round++) {
      centres = meansOf(points, assigned, centres);
      const next = nearest(rows, centres);
      const moved = next.some((cluster, row) => cluster !== assigned[row]);
      assigned = next;
      if (!moved) break;
    }
    return assigned;
  } finally {
    rows.dispose();
  }
}

/** k-means++: each further seed is drawn in proportion to the squared distance to the nearest one. */
function seedRows(points: Features, rows: BackendRows, count: number, random: Random): Int32Array {
  const chosen = [random.integer(points.rows)];
  const distances = new Float64Array(points.rows).fill(Number.POSITIVE_INFINITY);
  while (chosen.length < Math.min(count, points.rows)) {
    const cosines = rows.products(selectFeatures(points, [chosen.at(-1)!]));
    for (const [row, cosine] of cosines.entries()) {
      distances[row] = Math.min(distances[row], Math.max(0, 2 - 2 * cosine));
    }
    chosen.push(drawn(distances, random));
  }
  return Int32Array.from(chosen);
}

/** An index with probability in proportion to its weight; any one where all weights are 0. */
export function drawn(weights: Float64Array, random: Random): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return random.integer(weights.length);
  let left = random.uniform() * total;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.findLastIndex((weight) => weight > 0);
}

/** [N], the centre with the largest cosine. */
function nearest(rows: BackendRows, centres: Features): Int32Array {
  const cosines = rows.products(centres);
  const assigned = new Int32Array(cosines.length / centres.rows);
  for (let row = 0; row < assigned.length; row++) {
    const from = row * centres.rows;
    let best = 0;
    for (let c = 1; c < centres.rows; c++) if (cosines[from + c] > cosines[from + best]) best = c;
    assigned[row] = best;
  }
  return assigned;
}

/** The mean directions; an empty cluster keeps its centre. */
function meansOf(points: Features, assigned: Int32Array, before: Features): Features {
  const { size } = points;
  const sums = { ...before, data: new Float32Array(before.data.length) };
  const counts = new Int32Array(before.rows);
  for (const [row, cluster] of assigned.entries()) {
    counts[cluster]++;
    for (let f = 0; f < size; f++) sums.data[cluster * size + f] += points.data[row * size + f];
  }
  for (const [cluster, count] of counts.entries()) {
    if (count === 0) sums.data.set(before.data.subarray(cluster * size, (cluster + 1) * size), cluster * size);
  }
  return unitRows(sums);
}
