import type { FrozenLayers } from "../adapt/frozen-layers.js";
import { fitHead } from "../head/fit.js";
import { type Features, headLogits, type LinearHead, probabilities, type Targets } from "../head/linear.js";
import { Random } from "../random.js";
import { selectHead } from "../train/select.js";
import { alignToTarget } from "./coral.js";
import type { ExperimentSetup } from "./curve.js";
import type { FeatureStore } from "./feature-store.js";
import { type Adaptation, trainAdaptedLayers } from "./methods.js";
import { surestRows } from "./pseudo-labels.js";
import type { SharedPrediction, SourceAdaptation } from "./source-adaptation.js";
import type { TransferMethod } from "./transfer-kinds.js";

/** Texts with their classes. */
export interface Labelled {
  texts: readonly string[];
  labels: readonly number[];
}

/** All that one draw gives to train on. */
export interface TransferRows {
  classes: number;
  source: Labelled;
  /** Of the target, labels unknown. */
  unlabelled: readonly string[];
  few?: Labelled;
  all?: Labelled;
}

/** What training needs. */
export interface TransferTraining extends Pick<ExperimentSetup, "tensorflow" | "encoder"> {
  store: FeatureStore;
  frozenLayers: FrozenLayers;
  /** The encoder as it was last adapted on a source. */
  adapted: SourceAdaptation;
  seed: number;
  adaptation: Adaptation;
}

/** Shares of the target's texts that are believed, round by round. */
const ROUNDS = [0.2, 0.5, 0.8];
/** Of those that an adapted encoder says something of. */
export const BELIEVED = 0.5;

/** Trains in one way and says of target texts how probable each class is. */
export async function transferred(
  method: TransferMethod,
  training: TransferTraining,
  rows: TransferRows,
  texts: readonly string[],
): Promise<SharedPrediction> {
  const { source, classes } = rows;
  const onSource = { texts: source.texts, targets: targetsOf(source.labels, classes) };
  if (method === "adapted") return training.adapted.predict(training, onSource, texts);
  if (method === "adapted-pseudo") {
    const { probabilities, sharedSeconds } = await training.adapted.predict(training, onSource, rows.unlabelled);
    const believed = withSurest(rows, probabilities, BELIEVED);
    return { probabilities: await adaptedOn(training, believed, classes, texts), sharedSeconds };
  }
  return { probabilities: await byHead(method, training, rows, texts), sharedSeconds: 0 };
}

/** Heads on features of the frozen encoder. */
async function byHead(
  method: Exclude<TransferMethod, "adapted" | "adapted-pseudo">,
  training: TransferTraining,
  rows: TransferRows,
  texts: readonly string[],
): Promise<Float32Array> {
  const { store } = training;
  const { source, few, all, classes } = rows;
  const features = async (given: readonly string[]) => (await store.of(given)).last;
  const headOn = async (labelled: Labelled) => fitted(training, await features(labelled.texts), labelled, classes);
  switch (method) {
    case "none":
      return said(await headOn(source), await features(texts));
    case "few-labels":
      return said(await headOn(few!), await features(texts));
    case "upper-bound":
      return said(await headOn(all!), await features(texts));
    case "coral": {
      const aligned = alignToTarget(await features(source.texts), await features(rows.unlabelled));
      return said(await fitted(training, aligned, source, classes), await features(texts));
    }
    case "self-training": {
      let head = await headOn(source);
      const target = await features(rows.unlabelled);
      for (const share of ROUNDS) head = await headOn(withSurest(rows, said(head, target), share));
      return said(head, await features(texts));
    }
  }
}

/** The source's rows, and the target's that a model is surest of. @param probabilities [N, K] of the unlabelled texts */
function withSurest(
  { source, unlabelled, classes }: TransferRows,
  probabilities: Float32Array,
  share: number,
): Labelled {
  const surest = surestRows(probabilities, classes, share);
  return {
    texts: [...source.texts, ...surest.rows.map((row) => unlabelled[row])],
    labels: [...source.labels, ...surest.labels],
  };
}

async function adaptedOn(
  training: TransferTraining,
  { texts, labels }: Labelled,
  classes: number,
  given: readonly string[],
): Promise<Float32Array> {
  const rows = { texts, targets: targetsOf(labels, classes) };
  const trained = await trainAdaptedLayers(training, training.encoder, rows, training.adaptation);
  try {
    return await trained.predict(given);
  } finally {
    await trained.dispose();
  }
}

async function fitted(
  { tensorflow }: TransferTraining,
  features: Features,
  { labels }: Labelled,
  classes: number,
): Promise<LinearHead> {
  return (await fitHead(tensorflow, features, targetsOf(labels, classes), { C: 1 })).head;
}

function targetsOf(labels: readonly number[], classes: number): Targets & { kind: "single-label" } {
  return { kind: "single-label", classes, labels: Int32Array.from(labels) };
}

function said(head: LinearHead, features: Features): Float32Array {
  return probabilities("single-label", headLogits(head, features), head.classes);
}

/** Of the classifier that tells domains apart; the one that does it best counts. */
const domainStrengths = [1, 10, 100];

/**
 * The proxy A-distance 2 (1 − 2 e) between two sets of texts, e being the cross-validated error of a linear classifier that tells them apart: 0 for
 * domains that look alike, 2 for domains that never do (Ben-David et al. 2007).
 */
export async function proxyADistance(
  { tensorflow, store, seed }: Pick<TransferTraining, "tensorflow" | "store" | "seed">,
  source: readonly string[],
  target: readonly string[],
): Promise<number> {
  const count = Math.min(source.length, target.length);
  const random = new Random(seed);
  const some = (texts: readonly string[]) => random.shuffle([...texts]).slice(0, count);
  const texts = [...some(source), ...some(target)];
  const targets = targetsOf(
    texts.map((_, i) => (i < count ? 0 : 1)),
    2,
  );
  const sets = { last: (await store.of(texts)).last };
  const candidates = domainStrengths.map((C) => ({ features: "last", C }));
  const { scores } = await selectHead(tensorflow, sets, targets, { candidates, folds: 5, random: random.fork() });
  const error = 1 - Math.max(...scores.map(({ accuracy }) => accuracy));
  return 2 * (1 - 2 * Math.min(0.5, error));
}
