import { adaptEncoder } from "../adapt/adapt.js";
import type { Checkpoint } from "../adapt/checkpoint.js";
import type { Recipe } from "../adapt/recipe.js";
import { type Encoder, lastOf } from "../encoder/encoder.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { fitHead } from "../head/fit.js";
import { type Features, headLogits, type LinearHead, type Targets } from "../head/linear.js";
import type { Log } from "../log.js";
import type { ModelProto } from "../onnx/schema.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";

/** What is trained and how. */
export interface AdaptationPlan {
  depth: number;
  recipe: Recipe;
  /** Stops the recipe's schedule early. */
  stopAfter?: number;
  /** Of the head. */
  C: number;
  classWeight: "balanced" | "none";
  random: Random;
  threads: number;
  /** Where unfinished runs are kept, and whether to go on with them. */
  checkpoints?: { folder: string; resume: boolean };
  log: Log;
}

interface Trained {
  encoder: Encoder;
  features: Features;
  head: LinearHead;
}

/** An adapted encoder, its features of the texts, and a head fitted on them. */
export interface AdaptedFit extends Trained {
  losses: number[];
  checkpoint?: Checkpoint;
}

/** Looks on the way, after so many steps: what the head fitted then says of some other texts, logits [R, K]. */
export interface Looking {
  after: readonly number[];
  texts: readonly string[];
}

/**
 * Trains the last layers, then a head from nothing on what they make of the same texts.
 * @returns looks: logits of `looking.texts`, by the number of steps.
 */
export async function adaptAndFit(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  targets: Targets,
  plan: AdaptationPlan,
  looking?: Looking,
): Promise<AdaptedFit & { looks: Record<number, number[]> }> {
  const { recipe, C, classWeight } = plan;
  const weights = classWeight === "balanced" ? balancedClassWeights(targets) : undefined;
  const headOn = (features: Features) => fitHead(tensorflow, features, targets, { C, classWeight: weights });
  const trained = async (model: ModelProto): Promise<Trained> => {
    const adapted = await encoder.withModel(model, "last");
    const features = await adapted.encode(texts);
    return { encoder: adapted, features, head: (await headOn(features)).head };
  };
  const look = async (model: ModelProto) => {
    const { encoder: adapted, head } = await trained(model);
    try {
      return [...headLogits(head, await adapted.encode(looking!.texts))];
    } finally {
      await adapted.dispose();
    }
  };
  const { model, ...rest } = await adaptEncoder(tensorflow, encoder, texts, targets, {
    ...plan,
    random: plan.random.fork(),
    probe: recipe.loss.crossEntropy ? (await headOn(await frozenFeatures(encoder, texts))).head : undefined,
    looking: looking && { after: looking.after, look },
  });
  return { ...(await trained(model)), ...rest };
}

async function frozenFeatures(encoder: Encoder, texts: readonly string[]): Promise<Features> {
  const features = await encoder.encode(texts);
  return encoder.kind === "last3" ? lastOf(features) : features;
}
