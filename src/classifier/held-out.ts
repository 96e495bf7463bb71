import { scoreMultiLabel } from "../evaluate/multi-label.js";
import { scoreSingleLabel } from "../evaluate/single-label.js";
import type { Scores } from "../evaluate/types.js";
import { selectTargets, type Targets } from "../head/linear.js";
import { Random } from "../random.js";
import type { NestedScore } from "../train/nested.js";

/** Scores of rows that were held out, for the manifest. */
export function heldOutScores(
  nested: NestedScore,
  allTargets: Targets,
  labelNames: readonly string[],
  seed: number,
): { method: string; scores: Scores } {
  const targets = selectTargets(allTargets, nested.rows);
  const method =
    nested.method === "cross-validation"
      ? "nested cross-validation on the training rows"
      : `a stratified fifth of the training rows, ${nested.rows.length}, held out once`;
  const random = new Random(seed);
  if (targets.kind === "single-label") {
    return {
      method,
      scores: scoreSingleLabel({ probabilities: nested.probabilities, labels: targets.labels, labelNames }, { random }),
    };
  }
  return { method, scores: multiLabelScores(nested, targets.labels, labelNames, random) };
}

/**
 * Each outer part decided with thresholds of its own, so decisions are scored as they were taken and what needs no
 * threshold (log loss, average precision) from the probabilities.
 */
function multiLabelScores(
  nested: NestedScore,
  labels: Uint8Array,
  labelNames: readonly string[],
  random: Random,
): Scores {
  const thresholds = new Float32Array(labelNames.length).fill(0.5);
  const decided = Float32Array.from(nested.predicted.labels);
  const decisions = scoreMultiLabel({ probabilities: decided, labels, thresholds, labelNames }, { random });
  const graded = scoreMultiLabel(
    { probabilities: nested.probabilities, labels, thresholds, labelNames },
    { resamples: 0 },
  );
  const perClass = decisions.perClass.map((row, k) => ({
    ...row,
    threshold: meanThreshold(nested, k),
    averagePrecision: graded.perClass[k].averagePrecision,
  }));
  const { logLoss, meanAveragePrecision } = graded;
  return { ...decisions, perClass, logLoss, meanAveragePrecision };
}

function meanThreshold({ choices }: NestedScore, label: number): number {
  return choices.reduce((sum, { thresholds }) => sum + (thresholds?.[label] ?? 0.5), 0) / choices.length;
}
