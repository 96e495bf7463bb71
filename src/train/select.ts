import { OptionError } from "../errors.js";
import { fitTemperature, logLoss } from "../head/calibration.js";
import { type Design, prepareDesign } from "../head/design.js";
import { headObjective } from "../head/fit.js";
import { type Features, rowsOf, selectRows, selectTargets, type Targets } from "../head/linear.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type Folds, foldsOf, outOfFoldLogits, scorableRows } from "./cross-validate.js";

/** One setting of the head's hyper-parameters. */
export interface Candidate {
  /** Key of a feature set, such as `last` or `last3`. */
  features: string;
  C: number;
}

/** A candidate's out-of-fold scores, means over the repeats. */
export interface CandidateScore {
  candidate: Candidate;
  /** At the temperature that suits the candidate best; of rows whose class was in the training part. */
  meanLogLoss: number;
  /** Of all rows; multi-label: of all (row, label) pairs, at 0.5. */
  accuracy: number;
}

export interface SelectOptions {
  candidates: readonly Candidate[];
  folds: number;
  random: Random;
  /** [N], rows with the same number stay in one fold (near-duplicates, paraphrases of one text). */
  groups?: Int32Array;
  classWeight?: "balanced" | "none";
  /** Cross-validations with other folds; few rows need several. */
  repeats?: number;
  /** What the best candidate is best at; ties go to the other criterion, then to the earlier candidate. */
  criterion?: "logLoss" | "accuracy";
  onProgress?(done: number, total: number): void;
}

export interface Selection {
  best: Candidate;
  /** In the order of the candidates. */
  scores: CandidateScore[];
  /** Logits [N, K] of the best candidate on rows that its heads had not seen, averaged over the repeats. */
  outOfFold: Float32Array;
}

/**
 * Chooses features and C by stratified cross-validation. All candidates see the same folds; the heads of all folds are
 * fitted side by side, and along increasing C each starts where the one before ended.
 *
 * @throws OptionError when there is nothing to choose from, or fewer than two folds
 */
export async function selectHead(
  tensorflow: Tensorflow,
  featureSets: Record<string, Features>,
  targets: Targets,
  options: SelectOptions,
): Promise<Selection> {
  checkOptions(featureSets, options);
  const { candidates, folds, random, groups, repeats = 1, criterion = "logLoss" } = options;
  const foldings = Array.from({ length: repeats }, () => foldsOf(targets, folds, random, groups));
  const evaluated: Evaluated[] = [];
  let done = 0;
  const onFit = () => options.onProgress?.(++done, candidates.length * repeats);
  for (const name of new Set(candidates.map(({ features }) => features))) {
    const design = prepareDesign(tensorflow, featureSets[name]);
    try {
      evaluated.push(...(await evaluateSet(design, targets, foldings, name, options, onFit)));
    } finally {
      design.dispose();
    }
  }
  evaluated.sort((a, b) => candidates.indexOf(a.score.candidate) - candidates.indexOf(b.score.candidate));
  const best = evaluated.reduce((a, b) => (isBetter(b.score, a.score, criterion) ? b : a));
  return { best: best.score.candidate, scores: evaluated.map(({ score }) => score), outOfFold: best.outOfFold };
}

interface Evaluated {
  score: CandidateScore;
  outOfFold: Float32Array;
}

async function evaluateSet(
  design: Design,
  targets: Targets,
  foldings: readonly Folds[],
  name: string,
  options: SelectOptions,
  onFit: () => void,
): Promise<Evaluated[]> {
  const along = options.candidates.filter(({ features }) => features === name).sort((a, b) => a.C - b.C);
  const { classWeight = "none" } = options;
  const objective = headObjective(design, targets);
  const evaluated: Evaluated[] = along.map((candidate) => ({
    score: { candidate, meanLogLoss: 0, accuracy: 0 },
    outOfFold: new Float32Array(rowsOf(targets) * targets.classes),
  }));
  try {
    for (const folds of foldings) {
      const scorable = scorableRows(targets, folds);
      let warm: Float64Array[] | undefined;
      for (const { score, outOfFold } of evaluated) {
        const { logits, points } = await outOfFoldLogits(objective, targets, folds, {
          C: score.candidate.C,
          classWeight,
          warm,
        });
        warm = points;
        score.meanLogLoss += calibratedLogLoss(targets, logits, scorable) / foldings.length;
        score.accuracy += accuracyOf(targets, logits) / foldings.length;
        for (let i = 0; i < logits.length; i++) outOfFold[i] += logits[i] / foldings.length;
        onFit();
      }
    }
  } finally {
    objective.dispose();
  }
  return evaluated;
}

function calibratedLogLoss(targets: Targets, logits: Float32Array, scorable: Uint8Array): number {
  const rows = [...scorable.keys()].filter((row) => scorable[row] === 1);
  if (rows.length === 0) return Math.log(targets.classes);
  const kept = selectTargets(targets, rows);
  const keptLogits = selectRows(logits, targets.classes, rows);
  return logLoss(kept, keptLogits, fitTemperature(kept, keptLogits));
}

/** Share of right answers: the class of the largest logit, or for multi-label each label by the sign of its logit. */
export function accuracyOf(targets: Targets, logits: Float32Array): number {
  const { classes, labels } = targets;
  let right = 0;
  if (targets.kind === "multi-label") {
    for (let i = 0; i < labels.length; i++) if (logits[i] >= 0 === (labels[i] === 1)) right++;
    return right / labels.length;
  }
  for (let row = 0; row < labels.length; row++) {
    let top = 0;
    for (let k = 1; k < classes; k++) if (logits[row * classes + k] > logits[row * classes + top]) top = k;
    if (top === labels[row]) right++;
  }
  return right / labels.length;
}

function isBetter(a: CandidateScore, b: CandidateScore, criterion: "logLoss" | "accuracy"): boolean {
  const byLoss = b.meanLogLoss - a.meanLogLoss;
  const byAccuracy = a.accuracy - b.accuracy;
  const [first, second] = criterion === "accuracy" ? [byAccuracy, byLoss] : [byLoss, byAccuracy];
  return first > 0 || (first === 0 && second > 0);
}

function checkOptions(featureSets: Record<string, Features>, { candidates, folds }: SelectOptions): void {
  if (candidates.length === 0) throw new OptionError("candidates", candidates, "at least one");
  if (!(Number.isInteger(folds) && folds >= 2)) throw new OptionError("folds", folds, "a whole number of at least 2");
  const known = Object.keys(featureSets);
  for (const { features } of candidates) {
    if (!known.includes(features)) throw new OptionError("features", features, `one of ${known.join(", ")}`);
  }
}
