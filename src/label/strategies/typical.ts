import { type Features, selectFeatures } from "../../head/linear.js";
import { kMeans } from "./k-means.js";
import { type Strategy, sample } from "./situation.js";
import { dot } from "./vectors.js";

/** Clusters are sought among so many texts at most: 2,000 × 384 in 20 clusters takes half a second. */
const MOST_POINTS = 2000;
const MOST_CLUSTERS = 500;
const NEIGHBOURS = 20;

/**
 * TypiClust (Hacohen, Dekel and Weinshall 2022, algorithm 1): as many clusters as there will be answers; of the clusters with the fewest
 * answers the largest first, and in it the text with the closest neighbours. Needs no model, so it is for the first questions.
 */
export const typical: Strategy = ({ features, candidates, answered }, count, random) => {
  const open = sample(candidates, MOST_POINTS, random);
  const rows = Int32Array.of(...answered, ...open);
  const points = selectFeatures(features, rows);
  const clusters = membersOf(kMeans(points, Math.min(answered.length + count, MOST_CLUSTERS), random));
  const places = clusters.map((members) => ({
    open: members.filter((member) => member >= answered.length),
    answers: members.filter((member) => member < answered.length).length,
  }));
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, open.length)) {
    const [next] = places
      .filter((place) => place.open.length > 0)
      .sort((a, b) => a.answers - b.answers || b.open.length - a.open.length);
    const best = mostTypical(points, next.open);
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
function mostTypical({ size, data }: Features, members: readonly number[]): number {
  let best = members[0];
  let least = Number.POSITIVE_INFINITY;
  for (const member of members) {
    const cosines = members.map((other) =>
      other === member ? -2 : dot(data, member * size, data, other * size, size),
    );
    const near = cosines.sort((a, b) => b - a).slice(0, Math.min(NEIGHBOURS, members.length - 1));
    const distance = near.reduce((sum, cosine) => sum + Math.sqrt(Math.max(0, 2 - 2 * cosine)), 0) / near.length;
    if (distance < least) {
      least = distance;
      best = member;
    }
  }
  return best;
}
