import { type Features, selectFeatures } from "../../head/linear.js";
import type { Random } from "../../random.js";
import { dot, unitRows } from "./vectors.js";

const MAX_ROUNDS = 10;

/**
 * Spherical k-means (Dhillon and Modha 2001) from k-means++ seeds (Arthur and Vassilvitskii 2007), in a few rounds: what asks for
 * clusters here wants the texts spread out, not the optimum.
 *
 * @param points [N, F], rows of length 1. @param clusters at most N.
 * @returns [N], the cluster of each row, 0 … clusters − 1; a cluster may be empty
 */
export function kMeans(points: Features, clusters: number, random: Random): Int32Array {
  let centres = selectFeatures(points, seedRows(points, clusters, random));
  let assigned = nearest(points, centres);
  for (let round = 1; round < MAX_ROUNDS; round++) {
    centres = meansOf(points, assigned, centres);
    const next = nearest(points, centres);
    const moved = next.some((cluster, row) => cluster !== assigned[row]);
    assigned = next;
    if (!moved) break;
  }
  return assigned;
}

/** k-means++: each further seed is drawn in proportion to the squared distance to the nearest one. */
function seedRows({ rows, size, data }: Features, count: number, random: Random): Int32Array {
  const seeds = Int32Array.of(random.integer(rows));
  const distances = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const chosen = [...seeds];
  while (chosen.length < Math.min(count, rows)) {
    const last = chosen.at(-1)! * size;
    for (let row = 0; row < rows; row++) {
      const squared = Math.max(0, 2 - 2 * dot(data, row * size, data, last, size));
      distances[row] = Math.min(distances[row], squared);
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

function nearest(points: Features, centres: Features): Int32Array {
  const { size } = points;
  const assigned = new Int32Array(points.rows);
  for (let row = 0; row < points.rows; row++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < centres.rows; c++) {
      const cosine = dot(points.data, row * size, centres.data, c * size, size);
      if (cosine > best) {
        best = cosine;
        assigned[row] = c;
      }
    }
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
