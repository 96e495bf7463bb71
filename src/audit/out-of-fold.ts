import { fitTemperature } from "../head/calibration.js";
import { prepareDesign } from "../head/design.js";
import { headObjective } from "../head/fit.js";
import { withNames } from "../head/label-names.js";
import { type Features, probabilities, rowsOf, type Targets } from "../head/linear.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { foldsOf, outOfFoldLogits } from "../train/cross-validate.js";
import { type Candidate, selectHead } from "../train/select.js";

export interface OutOfFoldOptions {
  targets: Targets;
  /** [N], rows with the same number stay in one fold: a copy with the same wrong label must not vouch for it. */
  groups: Int32Array;
  candidates: readonly Candidate[];
  folds: number;
  random: Random;
}

/**
 * What classifiers say of rows that they have not seen, [N, K]: features and C are chosen as `train` does, then every row is scored by a
 * head fitted on the other folds, at one temperature.
 */
export async function outOfFoldProbabilities(
  tensorflow: Tensorflow,
  sets: Record<string, Features>,
  { targets, groups, candidates, folds: wanted, random }: OutOfFoldOptions,
): Promise<{ probabilities: Float32Array; candidate: Candidate }> {
  const { best } = await selectHead(tensorflow, sets, targets, { candidates, folds: wanted, groups, random });
  const folds = foldsOf(targets, wanted, random, groups);
  const lessons = withNames(sets[best.features], targets);
  const design = prepareDesign(tensorflow, lessons.features);
  const objective = headObjective(design, targets);
  try {
    const fitting = { C: best.C, scored: folds.count, classWeight: "none" } as const;
    const { logits } = await outOfFoldLogits(objective, lessons, folds, fitting);
    const temperature = fitTemperature(targets, logits);
    const p = probabilities(
      targets.kind,
      logits.map((logit) => logit / temperature),
      targets.classes,
    );
    return { probabilities: p, candidate: best };
  } finally {
    objective.dispose();
    design.dispose();
  }
}

/** Multi-label: the probabilities and targets of one label as those of two classes, without and with it. */
export function asTwoClasses(targets: Targets, p: Float32Array, label: number) {
  const { classes } = targets;
  const rows = rowsOf(targets);
  const two = new Float32Array(rows * 2);
  for (let row = 0; row < rows; row++) {
    two[2 * row + 1] = p[row * classes + label];
    two[2 * row] = 1 - two[2 * row + 1];
  }
  const labels = Int32Array.from({ length: rows }, (_, row) => targets.labels[row * classes + label]);
  return { classes: 2, probabilities: two, labels };
}
