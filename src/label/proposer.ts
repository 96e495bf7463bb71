import { fitTemperature } from "../head/calibration.js";
import { type Design, headOf, prepareDesign } from "../head/design.js";
import { headObjective, headStarts, joinParameters, problemsPerHead, splitParameters } from "../head/fit.js";
import { withNames } from "../head/label-names.js";
import {
  type Features,
  type LinearHead,
  probabilities,
  scaleHead,
  selectTargets,
  type Targets,
} from "../head/linear.js";
import { designLogits, type Objective } from "../head/objective.js";
import { solve } from "../head/solve.js";
import { bestThresholds } from "../head/thresholds.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { foldsToScore } from "../train/cross-validate.js";
import { FOLDS, StandingFolds } from "./standing-folds.js";

/** What proposes labels while a person labels. */
export interface Proposer {
  /** Temperature folded in. */
  head: LinearHead;
  /** [K], the probability from which on a label is proposed; of several labels a row alone. */
  thresholds?: Float32Array;
}

/** Answers and what is known of them; names of labels are examples too. */
export interface Answered {
  /** [N], their numbers in the file */
  rows: readonly number[];
  /** [N, F], rows of length 1 */
  features: Features;
  /** Of the same rows. */
  targets: Targets;
  /** [K, F], see `proposerFromNames` */
  prototypes: Features;
}

/** The embedded encoder was trained by cosines of this scale, so that they are logits as they stand. */
const COSINE_SCALE = 16;
/** From which on a head is better than the names: an answer for two labels. */
const FEWEST_ANSWERS = 2;
const C = 1;
const TOLERANCE = 1e-4;
const MAX_ITERATIONS = 300;

/**
 * Proposes by the labels' names: the logit of a label is the cosine of text and name times a scale (prototypical networks, Snell et al. 2017,
 * with a name as the only example). For several labels a row the highest scores of a text stand out against its mean.
 *
 * @param prototypes [K, F], the embeddings of names or descriptions, rows of length 1
 */
function proposerFromNames(kind: Targets["kind"], prototypes: Features): Proposer {
  const { rows: classes, size, data } = prototypes;
  const weights = new Float32Array(size * classes);
  for (let f = 0; f < size; f++) {
    let mean = 0;
    for (let k = 0; k < classes; k++) mean += data[k * size + f] / classes;
    for (let k = 0; k < classes; k++) {
      weights[f * classes + k] = COSINE_SCALE * (data[k * size + f] - (kind === "multi-label" ? mean : 0));
    }
  }
  const head = { featureSize: size, classes, weights, bias: new Float32Array(classes) };
  return kind === "multi-label" ? { head, thresholds: new Float32Array(classes).fill(0.5) } : { head };
}

/**
 * Fits proposers, each from where the one before ended: an answer more moves the optimum little, so that a few evaluations reach it
 * again. The head is the one that `train` would fit (C = 1, the last layer), with the labels' names as one example each; its temperature comes from
 * heads that lack a fold of the answers, but no name, as a text that is not labelled yet meets a head that knows all names.
 */
export class ProposerFitter {
  readonly #folds = new StandingFolds();
  /** The head of each fold, then that of all answers. */
  #heads: LinearHead[] = [];

  constructor(readonly tensorflow: Tensorflow) {}

  async fit(answered: Answered): Promise<Proposer> {
    const { rows, features, prototypes } = answered;
    const { kind, classes } = answered.targets;
    if (rows.length < FEWEST_ANSWERS || classes < 2) return proposerFromNames(kind, prototypes);
    if (this.#heads[0]?.classes !== classes) this.#heads = [];
    const { features: all, targets } = withNames(features, answered.targets, prototypes);
    const design = prepareDesign(this.tensorflow, all);
    const objective = headObjective(design, targets);
    try {
      const folds = this.#folds.deal(rows, answered.targets);
      const parameters = await this.#minimise(objective, targets, folds);
      this.#heads = parameters.map((each) => headOf(design, each));
      return calibrated(design, this.#heads.at(-1)!, answered.targets, folds, parameters.slice(0, -1));
    } finally {
      objective.dispose();
      design.dispose();
    }
  }

  /** [F + 1, K] for each fold that is scored, fitted without it, then for all answers; all side by side. */
  async #minimise(objective: Objective, targets: Targets, folds: Int32Array): Promise<Float64Array[]> {
    const scored = foldsToScore(targets, FOLDS);
    const warmOf = (at: number) => {
      const head = at < scored ? this.#heads.slice(0, -1)[at] : this.#heads.at(-1);
      return head && splitParameters(objective.design, targets, head);
    };
    const starts = Array.from({ length: scored + 1 }, (_, fold) => {
      const included = new Float32Array(objective.design.rows).fill(1);
      for (const [row, own] of folds.entries()) if (own === fold && fold < scored) included[row] = 0;
      return headStarts(objective, targets, { C, included, warm: warmOf(fold) });
    }).flat();
    const minima = await solve(objective, starts, { tolerance: TOLERANCE, maxIterations: MAX_ITERATIONS });
    const each = problemsPerHead(targets);
    return Array.from({ length: scored + 1 }, (_, head) =>
      joinParameters(objective, targets, minima.slice(head * each, (head + 1) * each)),
    );
  }
}

/** The head at the temperature, and with the thresholds, that suit the answers which were held out. @param without [F + 1, K] for each fold */
function calibrated(
  design: Design,
  head: LinearHead,
  targets: Targets,
  folds: Int32Array,
  without: readonly Float64Array[],
): Proposer {
  const { classes } = targets;
  const rows = Int32Array.from(folds.keys()).filter((row) => folds[row] < without.length);
  const byFold = designLogits(design, without, classes); // [N + K, folds · K]
  const logits = new Float32Array(rows.length * classes);
  for (const [i, row] of rows.entries()) {
    const from = (row * without.length + folds[row]) * classes;
    logits.set(byFold.subarray(from, from + classes), i * classes);
  }
  const heldOut = selectTargets(targets, rows);
  const temperature = fitTemperature(heldOut, logits);
  const scaled = scaleHead(head, temperature);
  if (heldOut.kind === "single-label") return { head: scaled };
  const shares = probabilities(
    heldOut.kind,
    logits.map((logit) => logit / temperature),
    classes,
  );
  return { head: scaled, thresholds: bestThresholds(shares, heldOut.labels, classes) };
}

/** Probabilities [N, K], on the backend: thousands of rows and labels are a few milliseconds there. */
export function propose(
  { tf }: Tensorflow,
  { head }: Proposer,
  kind: Targets["kind"],
  { rows, size, data }: Features,
): Float32Array {
  const logits = tf.tidy(() => {
    const products = tf.matMul(tf.tensor2d(data, [rows, size]), tf.tensor2d(head.weights, [size, head.classes]));
    return tf.add(products, tf.tensor1d(head.bias));
  });
  const result = probabilities(kind, logits.dataSync<"float32">() as Float32Array, head.classes);
  logits.dispose();
  return result;
}
