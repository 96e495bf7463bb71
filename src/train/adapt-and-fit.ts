import { type Adapted, adaptEncoder, type Looking } from "../adapt/adapt.js";
import type { Checkpoint, CheckpointOptions } from "../adapt/checkpoint.js";
import type { FrozenLayers } from "../adapt/frozen-layers.js";
import { type OpenRecipe, type Recipe, usualBlend } from "../adapt/recipe.js";
import { type Encoder, type FeatureKind, lastOf } from "../encoder/encoder.js";
import { withNameTargets } from "../head/label-names.js";
import {
  type Features,
  firstRows,
  headLogits,
  type LinearHead,
  rowsBehind,
  rowsOf,
  selectFeatures,
  selectTargets,
  type Targets,
} from "../head/linear.js";
import { separability } from "../head/separability.js";
import type { Log } from "../log.js";
import { average } from "../mean.js";
import { cloneModel } from "../onnx/model.js";
import type { ModelProto } from "../onnx/schema.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { fitPlannedHead, type HeadPlan } from "./planned-head.js";
import { accuracyOf } from "./select.js";

/** What is trained and how. */
export interface AdaptationPlan extends HeadPlan {
  depth: number;
  recipe: OpenRecipe;
  /** Stops the recipe's schedule early. */
  stopAfter?: number;
  /** What of the adapted encoder the head reads; `last` when missing. */
  kind?: FeatureKind;
  /** Names of the labels in words, [K]: texts to learn from as well. */
  names?: readonly string[];
  random: Random;
  threads: number;
  checkpoints?: CheckpointOptions;
  /** Of the encoder that is adapted, where it is trained more than once. */
  frozenLayers?: FrozenLayers;
  log: Log;
}

interface Trained {
  encoder: Encoder;
  features: Features;
  head: LinearHead;
}

/** An adapted encoder, its features of the texts, and a head fitted on them. */
export interface AdaptedFit extends Trained {
  /** As it was followed. */
  recipe: Recipe;
  losses: number[];
  /** Of the frozen embeddings, 0 … 1: how well they tell the classes apart before anything is trained. */
  separability: number;
  /** How near the encoder as it is stored is to what was trained. */
  stored: StoredForm;
  checkpoint?: Checkpoint;
}

/** The encoder with stored weights (int8 unless told otherwise) held against the float32 one on some training texts. */
export interface StoredForm {
  texts: number;
  meanCosine: number;
  leastCosine: number;
  /** Share of the texts that the head gives the same label on both; multi-label: of the labels. */
  sameAnswers: number;
}

/** Trains the last layers, then a head from nothing on what they make of the same texts. */
export async function adaptAndFit(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  targets: Targets,
  plan: AdaptationPlan,
): Promise<AdaptedFit> {
  const { kind = "last" } = plan;
  const { model, sample, lessons, learnt, ...training } = await trainLayers(tensorflow, encoder, texts, targets, plan);
  const [exact, [adapted, features]] = await Promise.all([
    kind === "last" ? sample.embeddings : inFloat32(encoder, model, kind, sample.rows, lessons),
    inStoredForm(encoder, model, kind, lessons),
  ]);
  const head = await headOn(tensorflow, features, targets, plan);
  const stored = storedForm(sample.rows, exact, { features, head }, learnt);
  return { ...training, encoder: adapted, features: firstRows(features, texts.length), head, stored };
}

/**
 * Trains the last layers only to look at what they have learnt.
 * @returns looks: what a head fitted then says of `looking.texts`, logits [R, K], one for each of `looking.at`.
 */
export async function adaptAndLook(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  targets: Targets,
  plan: AdaptationPlan,
  looking: Omit<Looking, "look">,
): Promise<Pick<Adapted, "looks" | "checkpoint">> {
  return trainLayers(tensorflow, encoder, texts, targets, plan, {
    ...looking,
    look: async (own, others) => [...headLogits(await headOn(tensorflow, own, targets, plan), others)],
  });
}

/** A head on features of labelled texts and, behind them, of the labels' names where there are any. */
async function headOn(tensorflow: Tensorflow, all: Features, targets: Targets, plan: HeadPlan): Promise<LinearHead> {
  const rows = rowsOf(targets);
  return fitPlannedHead(tensorflow, { features: firstRows(all, rows), targets, names: rowsBehind(all, rows) }, plan);
}

/** @returns lessons: the texts and the names behind them; learnt: the labels of all of these. */
async function trainLayers(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  targets: Targets,
  plan: AdaptationPlan,
  looking?: Looking,
) {
  const { C, classWeight, names = [] } = plan;
  const lessons = [...texts, ...names];
  const learnt = names.length > 0 ? withNameTargets(targets) : targets;
  const frozen = await frozenFeatures(encoder, lessons);
  const before = separability(firstRows(frozen, texts.length), targets);
  const { blend = usualBlend(texts.length, targets.classes, before) } = plan.recipe;
  const recipe = { ...plan.recipe, blend };
  const adapted = await adaptEncoder(tensorflow, encoder, lessons, learnt, {
    ...plan,
    recipe,
    random: plan.random.fork(),
    probe: recipe.loss.crossEntropy ? await headOn(tensorflow, frozen, targets, plan) : undefined,
    looking,
    checkpoints: plan.checkpoints && { ...plan.checkpoints, context: JSON.stringify({ C, classWeight, looking }) },
  });
  return { ...adapted, recipe, separability: before, lessons, learnt };
}

/**
 * What an encoder makes of some of the texts before its weights are stored, [rows, F].
 * @param model a copy is taken at once: it may be changed as soon as this has been called.
 */
async function inFloat32(
  encoder: Encoder,
  model: ModelProto,
  kind: FeatureKind,
  rows: readonly number[],
  texts: readonly string[],
): Promise<Float32Array> {
  const exact = await encoder.withModel(cloneModel(model), kind, "fp32");
  try {
    return (await exact.encode(rows.map((row) => texts[row]))).data;
  } finally {
    await exact.dispose();
  }
}

/** @param model is changed: rounded. */
async function inStoredForm(encoder: Encoder, model: ModelProto, kind: FeatureKind, texts: readonly string[]) {
  const stored = await encoder.withModel(model, kind);
  return [stored, await stored.encode(texts)] as const;
}

/** @param exact features of the rows in float32, [rows, F] */
function storedForm(
  rows: readonly number[],
  exact: Float32Array,
  { features, head }: Pick<Trained, "features" | "head">,
  targets: Targets,
): StoredForm {
  const { size } = features;
  const own = selectFeatures(features, rows);
  const cosines = rows.map((_, i) => {
    let cosine = 0;
    let norm = 0; // of both: the layers are of unit length each
    for (let d = i * size; d < (i + 1) * size; d++) {
      cosine += own.data[d] * exact[d];
      norm += exact[d] ** 2;
    }
    return cosine / norm;
  });
  const logits = headLogits(head, { rows: rows.length, size, data: exact });
  const known = selectTargets(targets, rows);
  return {
    texts: rows.length,
    meanCosine: average(cosines),
    leastCosine: Math.min(...cosines),
    sameAnswers: accuracyOf({ ...known, labels: answersOf(known, logits) } as Targets, headLogits(head, own)),
  };
}

/** The labels that logits stand for. */
function answersOf(targets: Targets, logits: Float32Array): Int32Array | Uint8Array {
  const { classes, kind } = targets;
  if (kind === "multi-label") return Uint8Array.from(logits, (logit) => (logit >= 0 ? 1 : 0));
  return Int32Array.from({ length: logits.length / classes }, (_, row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  });
}

async function frozenFeatures(encoder: Encoder, texts: readonly string[]): Promise<Features> {
  const features = await encoder.encode(texts);
  return encoder.kind === "last3" ? lastOf(features) : features;
}
