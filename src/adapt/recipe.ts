import type { FeatureKind } from "../encoder/encoder.js";
import type { Targets } from "../head/linear.js";
import type { LossWeights } from "./losses.js";

/** How the last layers are trained. */
export interface Recipe {
  loss: LossWeights;
  /** Peak of the schedule, for the last layer. */
  learningRate: number;
  /** Peak of the schedule for the head that cross-entropy trains along. */
  headRate: number;
  /** Multiplies the rate once for each layer below the last (Howard & Ruder 2018). */
  layerDecay: number;
  steps: number;
  /** Texts in a step. */
  batchSize: number;
  /** Share of the steps over which the rate rises. */
  warmUp: number;
  /** AdamW's λ, on matrices. */
  weightDecay: number;
  /** Pull towards the pretrained weights: α (w − w₀) is added to the gradient (Li et al. 2018, L2-SP). */
  pull: number;
  /** How far from the pretrained weights to the trained ones the encoder goes in the end, 0 … 1 (Wortsman et al. 2022, WiSE-FT). */
  blend: number;
  /** Gradients of a larger norm are scaled down to it. */
  clipNorm: number;
  /** Share of the steps over which the layers join in, the last one first (gradual unfreezing, Howard & Ruder 2018): the lowest of k begins at (k − 1)/k of it. */
  unfreeze: number;
}

/** A recipe before the training rows have been looked at: where the blend is missing it is the usual one for them, or compared on rows held out. */
export type OpenRecipe = Omit<Recipe, "blend"> & Partial<Pick<Recipe, "blend">>;

/** All that adaptation needs to know beside the rows. */
export interface Plan {
  recipe: OpenRecipe;
  /** Layers to train where nothing else is asked for. */
  depth: number;
  /** What of the adapted encoder the head reads where no rows can be held out; missing: what it read of the frozen one. */
  kind?: FeatureKind;
  /** What to compare on rows held out in place of the usual blend; empty: it is not compared. */
  blends: readonly number[];
  /** Of the head that is fitted on the adapted embeddings. */
  C: number;
}

/** Of the way from the pretrained weights; nearer to them no set did best. */
const comparedBlends = [0.35, 0.5, 0.65, 0.8, 0.95];

/** So few classes say little of all that an encoder knows: what is learnt of them stays near to it. */
const fewClasses = 3;

/** From here on a batch shows a class too rarely for pairs, and a probe has enough classes to hold the encoder in place. */
const manyClasses = 17;

/**
 * The recipe for N labelled rows of K classes, tuned once on seven sets: docs/decisions/0005. More rows bear more steps, but
 * not in proportion.
 *
 * Few classes: pairs, and part of the way back. More: with many rows of each, one label a row, the order of pairs counts as well. Many:
 * cross-entropy after a probe, in larger batches.
 */
export function recipeFor(rows: number, classes: number, task: Targets["kind"] = "single-label"): Plan {
  const [few, many] = [classes <= fewClasses, classes >= manyClasses];
  const steps = Math.max(30, Math.round(4 * Math.sqrt(rows)));
  const { blend, loss: pairs, ...usual } = defaultRecipe;
  const ordered = !few && task === "single-label" && rows / classes >= manyRows;
  const byClasses = many
    ? { loss: { crossEntropy: 1 }, batchSize: 64, blend }
    : { loss: ordered ? { ...pairs, ranking: 0.1 } : pairs, learningRate: usualRate(rows, classes, steps) };
  return {
    recipe: { ...usual, steps, ...byClasses },
    depth: Number.POSITIVE_INFINITY,
    ...(!few && { kind: "last" }), // the layer that the loss moved, most of its way
    blends: few || many ? [] : comparedBlends,
    C: 1,
  };
}

/** The rate for `fewRows` of a class, and how high it may get: it grows with their root. */
const startingRate = { fewClasses: 1e-4, moreClasses: 7e-5 };
const fewRows = 8;
const highestRate = 2e-4;

/** AdamW moves a weight by about the rate in a step: no further than this in all, unless `rateOfMany` does. */
const longestPath = 0.024;
const rateOfMany = 1e-4;

/** More rows of a class bear larger steps, and many steps get as far with smaller ones. */
function usualRate(rows: number, classes: number, steps: number): number {
  const start = classes <= fewClasses ? startingRate.fewClasses : startingRate.moreClasses;
  const grown = start * Math.sqrt(Math.max(1, rows / classes / fewRows));
  return Math.min(grown, highestRate, Math.max(rateOfMany, longestPath / steps));
}

/** Until each class has so many rows, less than a third of the way is best for few classes, and pairs alone for more. */
const manyRows = 64;

/**
 * The fewer classes there are, the less their labels say of all that an encoder knows, and the nearer to it the result stays; nearer still
 * where it tells them apart already.
 *
 * @param rows that are trained on. @param separability of their frozen embeddings, 0 … 1
 */
export function usualBlend(rows: number, classes: number, separability: number): number {
  const growth = Math.max(1, rows / classes / manyRows) ** 0.25;
  const share = classes <= fewClasses ? Math.min(1, 0.3 * growth) : 1 - 1 / classes;
  return share * leftToLearn(separability);
}

/** Of the head where no rows can be held out to find it: near the best on the tuning sets' test rows. @param separability of the frozen embeddings, 0 … 1 */
export function usualTemperature(separability: number): number {
  return 0.5 * leftToLearn(separability);
}

/** 1, less where the frozen encoder tells almost all rows apart, and at least ½. */
function leftToLearn(separability: number): number {
  return Math.min(1, Math.max(0.5, (1 - separability) / 0.3));
}

/** What does not depend on the data; steps, rate and batch size are those of a few dozen rows. */
export const defaultRecipe: Recipe = {
  loss: { cosinePairs: 1 },
  learningRate: 1e-4,
  headRate: 1e-2,
  layerDecay: 1,
  steps: 30,
  batchSize: 32,
  warmUp: 0.1,
  weightDecay: 0.01,
  pull: 0,
  blend: 1,
  clipNorm: 1,
  unfreeze: 0,
};
