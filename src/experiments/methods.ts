import { availableParallelism } from "node:os";
import type { FrozenLayers } from "../adapt/frozen-layers.js";
import { type Recipe, recipeFor } from "../adapt/recipe.js";
import { strengthsFor } from "../classifier/options.js";
import { duplicateGroups } from "../data/duplicates.js";
import type { Encoder } from "../encoder/encoder.js";
import { fitHead } from "../head/fit.js";
import { type Features, headLogits, type LinearHead, probabilities, type Targets } from "../head/linear.js";
import { silentLog } from "../log.js";
import { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type AdaptationPlan, adaptAndFit } from "../train/adapt-and-fit.js";
import { selectHead } from "../train/select.js";
import { rowsForOneRepeat } from "../train/train-head.js";
import { fitBagOfWords } from "./bag-of-words.js";
import type { FeatureStore } from "./feature-store.js";
import { withRandomWeights } from "./random-weights.js";

/** Labelled rows to train on. */
export interface TrainingRows {
  texts: readonly string[];
  targets: Targets & { kind: "single-label" };
}

/** Says of texts how probable each class is, [N, K]. */
export type Predictor = (texts: readonly string[]) => Promise<Float32Array>;

/** What training needs. */
export interface Training {
  tensorflow: Tensorflow;
  store: FeatureStore;
  seed: number;
}

/** What training of layers needs. */
export interface LayerTraining extends Pick<Training, "tensorflow" | "seed"> {
  /** Of the encoder that is adapted. */
  frozenLayers?: FrozenLayers;
}

/**
 * A linear head on the frozen encoder, features and C chosen by cross-validation on the training rows, as `train --no-label-names` does it:
 * all methods of an experiment learn from the same texts alone.
 */
export async function trainHeadOnly({ tensorflow, store, seed }: Training, rows: TrainingRows): Promise<Predictor> {
  const sets = (await store.of(rows.texts)) as unknown as Record<string, Features>;
  const { head, features } = await chosenHead(tensorflow, sets, rows, strengthsFor(rows.texts.length), seed);
  return async (texts) => said(head, (await store.of(texts))[features as "last"]);
}

/** Weights of the data against the penalty that suit rows of unit length with few shared terms. */
const bagStrengths = [1, 10, 100];

/** From scratch: tf-idf of the training texts and a linear head. */
export async function trainBagOfWords({ tensorflow, seed }: Training, rows: TrainingRows): Promise<Predictor> {
  const bag = fitBagOfWords(rows.texts);
  const { head } = await chosenHead(tensorflow, { words: bag.transform(rows.texts) }, rows, bagStrengths, seed);
  return async (texts) => said(head, bag.transform(texts));
}

async function chosenHead(
  tensorflow: Tensorflow,
  sets: Record<string, Features>,
  { texts, targets }: TrainingRows,
  strengths: readonly number[],
  seed: number,
): Promise<{ head: LinearHead; features: string }> {
  const candidates = Object.keys(sets).flatMap((features) => strengths.map((C) => ({ features, C })));
  const repeats = texts.length < rowsForOneRepeat ? 3 : 1;
  const groups = duplicateGroups(texts);
  const options = { candidates, folds: 5, random: new Random(seed), repeats, groups };
  const { best } = await selectHead(tensorflow, sets, targets, options);
  const { head } = await fitHead(tensorflow, sets[best.features], targets, { C: best.C });
  return { head, features: best.features };
}

/** Layers to train, and how; parts of the usual recipe may be replaced. */
export interface Adaptation {
  /** From the last one down; Infinity is all of them, of whatever encoder. */
  depth: number;
  recipe?: Partial<Recipe>;
}

/** An encoder whose last layers were trained, with a head. Call `dispose`. */
export interface AdaptedPredictor {
  encoder: Encoder;
  head: LinearHead;
  predict: Predictor;
  dispose(): Promise<void>;
}

/** The usual recipe for so many rows, with what is told in its place. */
export function adaptationPlan(
  { seed, frozenLayers }: LayerTraining,
  encoder: Encoder,
  { texts, targets }: TrainingRows,
  { depth, recipe }: Adaptation,
): AdaptationPlan {
  const usual = recipeFor(texts.length, targets.classes, targets.kind);
  return {
    depth: Math.min(depth, encoder.layers),
    recipe: { ...usual.recipe, ...recipe },
    C: usual.C,
    classWeight: "none",
    random: new Random(seed),
    threads: availableParallelism(),
    frozenLayers,
    log: silentLog,
  };
}

/** The last layers trained in the usual way, then a head. @param encoder is not changed. */
export async function trainAdaptedLayers(
  training: LayerTraining,
  encoder: Encoder,
  rows: TrainingRows,
  adaptation: Adaptation,
): Promise<AdaptedPredictor> {
  const plan = adaptationPlan(training, encoder, rows, adaptation);
  const fit = await adaptAndFit(training.tensorflow, encoder, rows.texts, rows.targets, plan);
  return {
    encoder: fit.encoder,
    head: fit.head,
    predict: async (given) => said(fit.head, await fit.encoder.encode(given)),
    dispose: () => fit.encoder.dispose(),
  };
}

const FEWEST_SCRATCH_STEPS = 60;

/**
 * From nothing the weights have far to go, at a higher rate than pretrained ones are adapted at and in no fewer steps, and there is nothing to
 * stay near to.
 */
export function scratchRecipe(rows: number, classes: number): Partial<Recipe> {
  const { steps } = recipeFor(rows, classes).recipe;
  return { learningRate: 5e-4, steps: Math.max(FEWEST_SCRATCH_STEPS, steps), blend: 1 };
}

/** From scratch: the same architecture with random weights, all layers trained by the same adaptation. */
export async function trainRandomWeights(
  { tensorflow, seed }: Pick<Training, "tensorflow" | "seed">,
  encoder: Encoder,
  rows: TrainingRows,
  recipe: Partial<Recipe> = scratchRecipe(rows.texts.length, rows.targets.classes),
): Promise<AdaptedPredictor> {
  const model = withRandomWeights(encoder, new Random(seed));
  const fresh = await encoder.withModel(model, "last");
  try {
    return await trainAdaptedLayers({ tensorflow, seed }, fresh, rows, { depth: encoder.layers, recipe });
  } finally {
    await fresh.dispose();
  }
}

/** Always the most frequent class of the training rows, the first of equals. */
export function majority({ targets }: TrainingRows): Predictor {
  const counts = new Float32Array(targets.classes);
  for (const label of targets.labels) counts[label]++;
  const most = counts.indexOf(Math.max(...counts));
  const row = new Float32Array(targets.classes);
  row[most] = 1;
  return async (texts) => Float32Array.from({ length: texts.length * row.length }, (_, i) => row[i % row.length]);
}

function said(head: LinearHead, features: Features): Float32Array {
  return probabilities("single-label", headLogits(head, features), head.classes);
}
