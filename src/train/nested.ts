import { fitTemperature } from "../head/calibration.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { fitHead } from "../head/fit.js";
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
import { bestThresholds } from "../head/thresholds.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { foldsOf } from "./cross-validate.js";
import { type Candidate, type SelectOptions, selectHead } from "./select.js";

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

/**
 * Scores the whole way of training, choice of features, C, temperature and thresholds included, on rows that it never saw:
 * everything is chosen and fitted anew on each outer training part (nested cross-validation, Varma and Simon 2006).
 */
export async function nestedScore(
  tensorflow: Tensorflow,
  featureSets: Record<string, Features>,
  targets: Targets,
  options: NestedOptions,
): Promise<NestedScore> {
  const { outerFolds = OUTER_FOLDS, crossValidateUpTo = CROSS_VALIDATE_UP_TO } = options;
  const { classes } = targets;
  const outer = foldsOf(targets, outerFolds, options.random, options.groups);
  const method = rowsOf(targets) * classes <= crossValidateUpTo ? "cross-validation" : "hold-out";
  const parts = method === "cross-validation" ? outer.count : 1;
  const rows = Int32Array.from([...outer.of.keys()].filter((row) => outer.of[row] < parts));
  const logits = new Float32Array(rows.length * classes);
  const predicted = selectTargets(targets, rows);
  const choices: NestedScore["choices"] = [];
  for (let part = 0; part < parts; part++) {
    const training = [...outer.of.keys()].filter((row) => outer.of[row] !== part);
    const heldOut = [...rows.keys()].filter((i) => outer.of[rows[i]] === part);
    const onProgress =
      options.onProgress && ((done: number, total: number) => options.onProgress?.(part * total + done, parts * total));
    const trained = await trainPart(tensorflow, featureSets, targets, training, { ...options, onProgress });
    const { head, candidate, temperature, thresholds } = trained;
    choices.push({ candidate, temperature, thresholds });
    const unseen = selectFeatures(
      featureSets[candidate.features],
      heldOut.map((i) => rows[i]),
    );
    const partLogits = headLogits(head, unseen);
    for (const [i, at] of heldOut.entries()) {
      const rowLogits = partLogits.subarray(i * classes, (i + 1) * classes);
      logits.set(rowLogits, at * classes);
      predictRow(predicted, at, rowLogits, thresholds);
    }
  }
  return { method, rows, logits, probabilities: probabilities(targets.kind, logits, classes), predicted, choices };
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
  const { best, outOfFold } = await selectHead(tensorflow, sets, part, { ...options, groups });
  const temperature = fitTemperature(part, outOfFold);
  const classWeight = options.classWeight === "balanced" ? balancedClassWeights(part) : undefined;
  const { head } = await fitHead(tensorflow, sets[best.features], part, { C: best.C, classWeight });
  const calibrated = outOfFold.map((z) => z / temperature);
  const thresholds =
    part.kind === "multi-label"
      ? bestThresholds(probabilities(part.kind, calibrated, part.classes), part.labels, part.classes)
      : undefined;
  return { head: scaleHead(head, temperature), candidate: best, temperature, thresholds };
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
