import { lastOf } from "../encoder/encoder.js";
import { fitInScope, type InScopeScore, scopeThreshold } from "../head/in-scope.js";
import type { Features, Targets } from "../head/linear.js";
import type { TrainedHead } from "../train/train-head.js";
import type { ScopeRecord } from "./manifest.js";

/** The share of in-scope texts that is not to be taken for something else. */
const KEEPS = 0.95;
/** With fewer rows held out in turn a threshold would be one row's accident. */
const fewestRows = 10;

/** What tells texts that fit none of the labels: a part of the graph, and its record in the manifest. */
export interface Scope {
  score: InScopeScore;
  record: ScopeRecord;
}

/**
 * Fits the score and its threshold on the training rows, each held out in turn. An adapted encoder has seen its training rows, which
 * are nearer to one another than new texts are: there the logits of the rows held out are all there is.
 *
 * @param features of all rows, [N, F]. @param groups [N], see `duplicateGroups`.
 */
export function scopeOf(
  features: Features,
  trained: TrainedHead,
  targets: Targets,
  groups: Int32Array,
  isAdapted: boolean,
): Scope | undefined {
  const { outOfFold } = trained;
  if (targets.kind === "multi-label" || !outOfFold || outOfFold.rows.length < fewestRows) return undefined;
  const { score, scores } = fitInScope({
    ...targets,
    groups,
    ...outOfFold,
    features: isAdapted ? undefined : featuresOfHead(features, trained),
  });
  const record: ScopeRecord = {
    score: isAdapted ? "logit" : "similarity and logit",
    threshold: scopeThreshold(scores, KEEPS),
    keeps: KEEPS,
    rows: scores.length,
  };
  return { score, record };
}

function featuresOfHead(features: Features, { head }: TrainedHead): Features {
  return features.size > head.featureSize ? lastOf(features) : features;
}
