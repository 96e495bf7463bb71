import { fitTemperature, logLoss } from "../head/calibration.js";
import { type Design, headOf, prepareDesign } from "../head/design.js";
import { headObjective, joinParameters, problemsPerHead } from "../head/fit.js";
import { type Lessons, withNames } from "../head/label-names.js";
import type { Minimum } from "../head/lbfgs.js";
import { type Features, type LinearHead, rowsOf, selectRows, selectTargets, type Targets } from "../head/linear.js";
import type { Objective } from "../head/objective.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type Fitting, type Folds, outOfFoldLogits, scorableRows } from "./cross-validate.js";

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
  /** Of all rows that were scored; multi-label: of all (row, label) pairs, at 0.5. */
  accuracy: number;
}

/** How candidates are cross-validated: all in the same way. */
export interface CrossValidation extends Fitting {
  targets: Targets;
  /** One cross-validation each. */
  foldings: readonly Folds[];
}

/** A candidate that was cross-validated. */
export interface Evaluated {
  score: CandidateScore;
  /** [N, K], means over the repeats; zeros where a row was not scored */
  logits: Float32Array;
  /** The mean of the first repeat's heads: near the optimum on all rows. */
  head: LinearHead;
}

/** The candidates of one feature set along increasing C, each starting where the one before ended. Owns tensors: call `dispose`. */
export class CandidatePath {
  readonly #design: Design;
  readonly #objective: Objective;
  readonly #lessons: Lessons;
  readonly #left: Candidate[];
  #warm: Minimum[][] = [];

  /** @param names of the labels, [K, F]: in every training part, never held out */
  constructor(
    tensorflow: Tensorflow,
    features: Features,
    candidates: readonly Candidate[],
    readonly validation: CrossValidation,
    names?: Features,
  ) {
    this.#left = [...candidates].sort((a, b) => a.C - b.C);
    this.#lessons = withNames(features, validation.targets, names);
    this.#design = prepareDesign(tensorflow, this.#lessons.features);
    this.#objective = headObjective(this.#design, this.#lessons.targets);
  }

  /** Cross-validates the next candidate; undefined when there is none left. */
  async next(onFit: () => void): Promise<Evaluated | undefined> {
    const candidate = this.#left.shift();
    if (!candidate) return undefined;
    const { targets, foldings, scored } = this.validation;
    const score = { candidate, meanLogLoss: 0, accuracy: 0 };
    const logits = new Float32Array(rowsOf(targets) * targets.classes);
    for (const [repeat, folds] of foldings.entries()) {
      const options = { ...this.validation, C: candidate.C, warm: this.#warm[repeat] };
      const fitted = await outOfFoldLogits(this.#objective, this.#lessons, folds, options);
      this.#warm[repeat] = fitted.minima;
      addScore(score, targets, fitted.logits, folds, scored, foldings.length);
      for (let i = 0; i < logits.length; i++) logits[i] += fitted.logits[i] / foldings.length;
      onFit();
    }
    return { score, logits, head: this.#meanHead() };
  }

  dispose(): void {
    this.#objective.dispose();
    this.#design.dispose();
  }

  #meanHead(): LinearHead {
    const { targets, scored } = this.validation;
    const [minima] = this.#warm;
    const perHead = problemsPerHead(targets);
    const means = Array.from({ length: perHead }, (_, problem): Minimum => {
      const ofFolds = minima.filter((_, at) => at % perHead === problem);
      const point = ofFolds[0].point.map((_, i) => ofFolds.reduce((sum, other) => sum + other.point[i], 0) / scored);
      return { ...ofFolds[0], point };
    });
    return headOf(this.#design, joinParameters(this.#objective, targets, means));
  }
}

/** Rows of the first `scored` folds, ascending. */
export function scoredRows(folds: Folds, scored: number): Int32Array {
  return Int32Array.from([...folds.of.keys()].filter((row) => folds.of[row] < scored));
}

/** Adds one of `repeats` cross-validations to a score. */
function addScore(
  score: CandidateScore,
  targets: Targets,
  logits: Float32Array,
  folds: Folds,
  scored: number,
  repeats: number,
): void {
  const rows = scoredRows(folds, scored);
  const scorable = scorableRows(targets, folds);
  const known = rows.filter((row) => scorable[row] === 1);
  const { classes } = targets;
  const [all, kept] = [rows, known].map((part) => selectTargets(targets, part));
  const keptLogits = selectRows(logits, classes, known);
  const loss = known.length === 0 ? Math.log(classes) : logLoss(kept, keptLogits, fitTemperature(kept, keptLogits));
  score.meanLogLoss += loss / repeats;
  score.accuracy += accuracyOf(all, selectRows(logits, classes, rows)) / repeats;
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
