import { selectFeatures } from "../../head/linear.js";
import { kMeans } from "./k-means.js";
import type { Strategy } from "./situation.js";
import { margin } from "./uncertainty.js";

/** Of so many times the texts that are wanted, the least certain ones, a spread is taken. */
const POOL = 3;

/**
 * The smallest margins, spread: of three times as many texts as are wanted, one of each cluster, the least certain. A batch by margin alone
 * holds texts much like each other (as in cluster-margin, Citovsky et al. 2021).
 */
export const spread: Strategy = (situation, count, random) => {
  const unsure = margin(situation, POOL * count, random);
  if (unsure.length <= count) return unsure;
  const clusters = kMeans(situation.tensorflow, selectFeatures(situation.features, unsure), count, random);
  const isFirst = (at: number) => clusters.indexOf(clusters[at]) === at;
  const order = [...unsure.keys()].sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)) || a - b);
  return Int32Array.from(order.slice(0, count), (at) => unsure[at]);
};
