import {
  type Features,
  headLogits,
  probabilities,
  rowsOf,
  scaleHead,
  selectFeatures,
  selectTargets,
  type Targets,
} from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type Candidate, scoredRows } from "./candidate-path.js";
import { type Folds, foldsOf } from "./cross-validate.js";
import { type ChosenSelection, selectWithNames } from "./label-names.js";
import type { SelectOptions } from "./select.js";
import { type SelectedHead, trainSelected } from "./train-selected.js";

export interface NestedOptions extends SelectOptions {
  /** 5 unless told. */
  outerFolds?: number;
  /** Up to this many rows × classes all outer folds are held out in turn, beyond it one. 20,000 unless told. */
  crossValidateUpTo?: number;
}

/** Predictions on rows that took no part in any choice behind them. */
export interface NestedScore {
  method: "cross-validation" | "hold-out";
  /** [R], the rows that were held out, ascending: all N, or one stratified fifth */
  rows: Int32Array;
  /** [R, K], divided by the temperature */
  logits: Float32Array;
  /** [R, K] */
  probabilities: Float32Array;
  /** Of the rows held out: the class with the largest logit, or the labels at the inner thresholds. */
  predicted: Targets;
  /** What each outer training part chose. */
  choices: { candidate: Candidate; temperature: number; thresholds?: Float32Array }[];
}

const OUTER_FOLDS = 5;
const CROSS_VALIDATE_UP_TO = 20_000;
/** For a choice whose temperature is not kept: against 1e-6 no choice among 5,000 rows and more of the tuning sets gets worse. */
const CHOICE_TOLERANCE = 1e-3;
/** For heads that are scored and thrown away: against 1e-9 it moves their accuracy by less than 0.15 points. */
const SCORE_TOLERANCE = 1e-5;

/**
 * Scores the whole way of training, choice of features, C, temperature and thresholds included, on rows that it never saw:
 * everything, whether to learn from labels' names too, is chosen and fitted anew on each outer training part (nested cross-validation, Varma and Simon 2006).
 */
export async function nestedScore(
  tensorflow: Tensorflow,
  featureSets: Record<string, Features>,
  targets: Targets,
  options: NestedOptions,
): Promise<NestedScore> {
  const { crossValidateUpTo = CROSS_VALIDATE_UP_TO } = options;
  const outer = outerFolds(targets, options);
  const crossed = rowsOf(targets) * targets.classes <= crossValidateUpTo;
  const score = emptyScore(crossed ? "cross-validation" : "hold-out", targets, outer, crossed ? outer.count : 1);
  const parts = crossed ? outer.count : 1;
  for (let part = 0; part < parts; part++) {
    const onProgress = (done: number, total: number) => options.onProgress?.(part * total + done, parts * total);
    await scorePart(score, tensorflow, featureSets, targets, outer, part, { ...options, onProgress });
  }
  return withProbabilities(score);
}

/**
 * Holds out one stratified fifth, scores it as `nestedScore` does, and gives the choice of the other four fifths for a fit on
 * all rows, which is calibrated on the fifth: where rows are many, one choice serves both.
 */
export async function scoreAndSelect(
  tensorflow: Tensorflow,
  featureSets: Record<string, Features>,
  targets: Targets,
  options: NestedOptions,
): Promise<{ score: NestedScore; selection: ChosenSelection }> {
  const outer = outerFolds(targets, options);
  const score = emptyScore("hold-out", targets, outer, 1);
  const choosing = { ...options, tolerance: CHOICE_TOLERANCE };
  const { selection, trained } = await scorePart(score, tensorflow, featureSets, targets, outer, 0, choosing);
  return {
    score: withProbabilities(score),
    selection: {
      ...selection,
      rows: score.rows,
      outOfFold: score.logits.map((logit) => logit * trained.temperature),
      head: scaleHead(trained.head, 1 / trained.temperature),
    },
  };
}

function outerFolds(targets: Targets, options: NestedOptions): Folds {
  return foldsOf(targets, options.outerFolds ?? OUTER_FOLDS, options.random, options.groups);
}

function emptyScore(method: NestedScore["method"], targets: Targets, outer: Folds, parts: number): NestedScore {
  const rows = scoredRows(outer, parts);
  const logits = new Float32Array(rows.length * targets.classes);
  return { method, rows, logits, probabilities: logits, predicted: selectTargets(targets, rows), choices: [] };
}

function withProbabilities(score: NestedScore): NestedScore {
  const { kind, classes } = score.predicted;
  return { ...score, probabilities: probabilities(kind, score.logits, classes) };
}

/** Chooses and fits without one outer part, and enters into `score` what comes out for the rows of that part. */
async function scorePart(
  score: NestedScore,
  tensorflow: Tensorflow,
  featureSets: Record<string, Features>,
  targets: Targets,
  outer: Folds,
  part: number,
  options: SelectOptions,
): Promise<{ selection: ChosenSelection; trained: SelectedHead }> {
  const { classes } = targets;
  const training = [...outer.of.keys()].filter((row) => outer.of[row] !== part);
  const heldOut = [...score.rows.keys()].filter((i) => outer.of[score.rows[i]] === part);
  const { selection, trained } = await trainPart(tensorflow, featureSets, targets, training, options);
  const { head, candidate, temperature, thresholds } = trained;
  score.choices.push({ candidate, temperature, thresholds });
  const unseen = selectFeatures(
    featureSets[candidate.features],
    heldOut.map((i) => score.rows[i]),
  );
  const logits = headLogits(head, unseen);
  for (const [i, at] of heldOut.entries()) {
    const rowLogits = logits.subarray(i * classes, (i + 1) * classes);
    score.logits.set(rowLogits, at * classes);
    predictRow(score.predicted, at, rowLogits, thresholds);
  }
  return { selection, trained };
}

/** Chooses and fits on the given rows alone. */
async function trainPart(
  tensorflow: Tensorflow,
  featureSets: Record<string, Features>,
  targets: Targets,
  rows: number[],
  options: SelectOptions,
) {
  const part = selectTargets(targets, rows);
  const used = new Set(options.candidates.map(({ features }) => features));
  const sets = Object.fromEntries([...used].map((name) => [name, selectFeatures(featureSets[name], rows)]));
  const groups = options.groups && Int32Array.from(rows, (row) => options.groups?.[row] as number);
  const selection = await selectWithNames(tensorflow, sets, part, { ...options, groups });
  const fit = { classWeight: options.classWeight, tolerance: SCORE_TOLERANCE };
  return { selection, trained: await trainSelected(tensorflow, sets, part, selection, fit) };
}

/** Overwrites row `at` of `predicted`. */
function predictRow(predicted: Targets, at: number, logits: Float32Array, thresholds: Float32Array | undefined): void {
  const { classes, labels } = predicted;
  if (predicted.kind === "single-label") {
    labels[at] = logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
    return;
  }
  const p = probabilities("multi-label", logits, classes);
  for (let k = 0; k < classes; k++) labels[at * classes + k] = p[k] >= (thresholds?.[k] ?? 0.5) ? 1 : 0;
}
