import { type Features, selectFeatures } from "../../head/linear.js";
import type { Tensorflow } from "../../runtime/tensorflow.js";
import { kMeans } from "./k-means.js";
import { type Strategy, sample } from "./situation.js";
import { BackendRows } from "./vectors.js";

/** Clusters are sought among so many texts at most: 2,000 × 384 in 80 clusters take a tenth of a second. */
const MOST_POINTS = 2000;
const MOST_CLUSTERS = 500;
const NEIGHBOURS = 20;

/**
 * TypiClust (Hacohen, Dekel and Weinshall 2022, algorithm 1): as many clusters as there will be answers; of the clusters with the fewest
 * answers the largest first, and in it the text with the closest neighbours. Needs no model, so it is for the first questions.
 */
export const typical: Strategy = ({ tensorflow, features, candidates, answered }, count, random) => {
  const open = sample(candidates, MOST_POINTS, random);
  const rows = Int32Array.of(...answered, ...open);
  const points = selectFeatures(features, rows);
  const clusters = membersOf(kMeans(tensorflow, points, Math.min(answered.length + count, MOST_CLUSTERS), random));
  const places = clusters.map((members) => ({
    open: members.filter((member) => member >= answered.length),
    answers: members.filter((member) => member < answered.length).length,
  }));
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, open.length)) {
    const [next] = places
      .filter((place) => place.open.length > 0)
      .sort((a, b) => a.answers - b.answers || b.open.length - a.open.length);
    const best = mostTypical(tensorflow, points, next.open);
    next.open = next.open.filter((member) => member !== best);
    next.answers++;
    chosen.push(rows[best]);
  }
  return Int32Array.from(chosen);
};

function membersOf(assigned: Int32Array): number[][] {
  const members: number[][] = [];
  for (const [point, cluster] of assigned.entries()) {
    members[cluster] ??= [];
    members[cluster].push(point);
  }
  return Object.values(members); // empty clusters are holes
}

/** The member with the smallest mean distance to its nearest neighbours among the members. */
function mostTypical(tensorflow: Tensorflow, points: Features, members: readonly number[]): number {
  const own = selectFeatures(points, members);
  const rows = new BackendRows(tensorflow, own);
  const cosines = rows.products(own); // [M, M]
  rows.dispose();
  const near = Math.min(NEIGHBOURS, members.length - 1);
  const distances = members.map((_, at) => {
    const others = cosines.slice(at * members.length, (at + 1) * members.length);
    others[at] = -2; // none of its own neighbours
    const nearest = others.sort().subarray(members.length - near);
    return nearest.reduce((sum, cosine) => sum + Math.sqrt(Math.max(0, 2 - 2 * cosine)), 0) / near;
  });
  return members[distances.reduce((best, distance, at) => (distance < distances[best] ? at : best), 0)];
}
