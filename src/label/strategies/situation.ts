import type { Features, Targets } from "../../head/linear.js";
import type { Random } from "../../random.js";
import type { Tensorflow } from "../../runtime/tensorflow.js";

/** What is known when the next texts to ask are chosen. */
export interface Situation {
  tensorflow: Tensorflow;
  /** [N, F], rows of length 1 */
  features: Features;
  /** Rows that may be asked, ascending. */
  candidates: Int32Array;
  /** Rows that have been answered. */
  answered: Int32Array;
  kind: Targets["kind"];
  /** K */
  classes: number;
  /** [N, K]; missing before there is a model. */
  probabilities?: Float32Array;
}

/** Chooses up to `count` of the candidates, the one to ask first in front. The same situation and stream give the same rows. */
export type Strategy = (situation: Situation, count: number, random: Random) => Int32Array;

/** The `count` candidates with the lowest scores, the lowest first. @param scores [candidates] */
export function lowest(candidates: Int32Array, scores: Float64Array, count: number): Int32Array {
  const order = Int32Array.from(candidates.keys()).sort((a, b) => scores[a] - scores[b] || a - b);
  return order.slice(0, count).map((at) => candidates[at]);
}

/** Up to `count` candidates at random, ascending: what costs much for each pair is computed on these. */
export function sample(candidates: Int32Array, count: number, random: Random): Int32Array {
  if (candidates.length <= count) return candidates;
  return random.shuffle(candidates.slice()).slice(0, count).sort();
}
