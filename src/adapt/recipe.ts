import type { LossWeights } from "./losses.js";

/** How the last layers are trained. */
export interface Recipe {
  loss: LossWeights;
  /** Peak of the schedule, for the last layer. */
  learningRate: number;
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
  /** Gradients of a larger norm are scaled down to it. */
  clipNorm: number;
  /** Share of the steps after which all layers are trained; the last one is from the start (gradual unfreezing). */
  unfreeze: number;
}

export const defaultRecipe: Recipe = {
  loss: { cosinePairs: 1 },
  learningRate: 5e-5,
  layerDecay: 1,
  steps: 60,
  batchSize: 32,
  warmUp: 0.1,
  weightDecay: 0.01,
  pull: 0,
  clipNorm: 1,
  unfreeze: 0,
};
