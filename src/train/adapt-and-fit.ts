import { adaptEncoder } from "../adapt/adapt.js";
import type { Checkpoint } from "../adapt/checkpoint.js";
import type { Recipe } from "../adapt/recipe.js";
import { type Encoder, lastOf } from "../encoder/encoder.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { fitHead } from "../head/fit.js";
import type { Features, LinearHead, Targets } from "../head/linear.js";
import type { Log } from "../log.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";

/** What is trained and how. */
export interface AdaptationPlan {
  depth: number;
  recipe: Recipe;
  /** Of the head. */
  C: number;
  classWeight: "balanced" | "none";
  random: Random;
  threads: number;
  /** Where unfinished runs are kept, and whether to go on with them. */
  checkpoints?: { folder: string; resume: boolean };
  log: Log;
}

/** An adapted encoder, its features of the texts, and a head fitted on them. */
export interface AdaptedFit {
  encoder: Encoder;
  features: Features;
  head: LinearHead;
  losses: number[];
  checkpoint?: Checkpoint;
}

/** Trains the last layers, then a head from nothing on what they make of the same texts. */
export async function adaptAndFit(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  targets: Targets,
  { depth, recipe, C, classWeight, random, threads, checkpoints, log }: AdaptationPlan,
): Promise<AdaptedFit> {
  const weights = classWeight === "balanced" ? balancedClassWeights(targets) : undefined;
  const headOn = (features: Features) => fitHead(tensorflow, features, targets, { C, classWeight: weights });
  const { model, losses, checkpoint } = await adaptEncoder(tensorflow, encoder, texts, targets, {
    depth,
    recipe,
    random: random.fork(),
    threads,
    probe: recipe.loss.crossEntropy ? (await headOn(await frozenFeatures(encoder, texts))).head : undefined,
    checkpoints,
    log,
  });
  const adapted = await encoder.withModel(model, "last");
  const features = await adapted.encode(texts);
  return { encoder: adapted, features, head: (await headOn(features)).head, losses, checkpoint };
}

async function frozenFeatures(encoder: Encoder, texts: readonly string[]): Promise<Features> {
  const features = await encoder.encode(texts);
  return encoder.kind === "last3" ? lastOf(features) : features;
}
