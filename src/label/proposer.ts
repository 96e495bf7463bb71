import { type Features, headLogits, type LinearHead, probabilities, rowsOf, type Targets } from "../head/linear.js";
import { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { selectHead } from "../train/select.js";
import { trainSelected } from "../train/train-selected.js";

/** What proposes labels while a person labels. */
export interface Proposer {
  /** Temperature folded in. */
  head: LinearHead;
  /** [K], the probability from which on a label is proposed; of several labels a row alone. */
  thresholds?: Float32Array;
}

/** The embedded encoder was trained by cosines of this scale, so that they are logits as they stand. */
const COSINE_SCALE = 16;
/** From which on a head is better than the names: an answer for two labels. */
const FEWEST_ANSWERS = 2;
const FOLDS = 5;
const TOLERANCE = 1e-4;

/**
 * Proposes by the labels' names: the logit of a label is the cosine of text and name times a scale (prototypical networks, Snell et al. 2017,
 * with a name as the only example). For several labels a row the highest scores of a text stand out against its mean.
 *
 * @param prototypes [K, F], the embeddings of names or descriptions, rows of length 1
 */
export function proposerFromNames(kind: Targets["kind"], prototypes: Features): Proposer {
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
 * Fits the proposer on answers: the head that `train` would fit (C = 1, the last layer), calibrated out of fold, with the labels' names as
 * one example each, so that every label has one from the start.
 *
 * @param features [N, F], rows of length 1, of the answered texts. @param targets of the same rows.
 * @param prototypes [K, F], see `proposerFromNames`
 */
export async function fitProposer(
  tensorflow: Tensorflow,
  features: Features,
  targets: Targets,
  prototypes: Features,
): Promise<Proposer> {
  if (rowsOf(targets) < FEWEST_ANSWERS || targets.classes < 2) return proposerFromNames(targets.kind, prototypes);
  const sets = { last: withRows(features, prototypes) };
  const all = withNames(targets);
  const selection = await selectHead(tensorflow, sets, all, {
    candidates: [{ features: "last", C: 1 }],
    folds: FOLDS,
    random: new Random(0),
    tolerance: TOLERANCE,
  });
  return trainSelected(tensorflow, sets, all, selection, { tolerance: TOLERANCE });
}

/** [N, K] */
export function propose(proposer: Proposer, kind: Targets["kind"], features: Features): Float32Array {
  return probabilities(kind, headLogits(proposer.head, features), proposer.head.classes);
}

function withRows(features: Features, more: Features): Features {
  const data = new Float32Array(features.data.length + more.data.length);
  data.set(features.data);
  data.set(more.data, features.data.length);
  return { rows: features.rows + more.rows, size: more.size, data };
}

/** The targets with one more row for each label. */
function withNames(targets: Targets): Targets {
  const { classes, labels } = targets;
  if (targets.kind === "single-label")
    return { ...targets, labels: Int32Array.of(...labels, ...Array(classes).keys()) };
  const extended = new Uint8Array(labels.length + classes * classes);
  extended.set(labels);
  for (let k = 0; k < classes; k++) extended[labels.length + k * classes + k] = 1;
  return { ...targets, labels: extended };
}
