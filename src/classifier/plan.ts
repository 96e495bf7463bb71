import { availableParallelism } from "node:os";
import { type AdaptationCost, adaptationCost } from "../adapt/cost.js";
import { recipeFor } from "../adapt/recipe.js";
import { prepareEncoder, tailGraphs } from "../adapt/tail-graphs.js";
import type { Dataset } from "../data/dataset.js";
import { labelSetOf } from "../data/labels.js";
import { Encoder } from "../encoder/encoder.js";
import { holdingOut } from "../train/adaptation-evidence.js";
import { looksOf } from "../train/compare-held-out.js";
import { depthOf, trialDepths } from "../train/train-adapted.js";
import { checkFitOptions, type FitOptions } from "./options.js";

/** What `fit` would do with the encoder, and what that takes. */
export interface TrainingPlan {
  rows: number;
  classes: number;
  /** Layers that would be trained; 0: the encoder stays frozen. */
  depth: number;
  layers: number;
  /** How often layers would be trained: more than once where rows are held out first, to compare on them. */
  adaptations: number;
  /** Of all adaptations together; missing where nothing is adapted. */
  cost?: AdaptationCost;
}

/** Estimates time and memory of the adaptation that `TextClassifier.fit` would do with the same arguments. */
export async function planTraining(dataset: Dataset, options: FitOptions = {}): Promise<TrainingPlan> {
  const { adapt = "none" } = options;
  checkFitOptions(options);
  const encoder = await Encoder.open(options.encoder, { ...options, features: "last", dtype: "source" });
  try {
    const rows = dataset.texts.length;
    const classes = labelSetOf(dataset).names.length;
    const known = { rows, classes, layers: encoder.layers };
    if (adapt === "none") return { ...known, depth: 0, adaptations: 0 };
    const { recipe, depth: usual, blends } = recipeFor(rows, classes);
    const changed = { ...recipe, ...options.recipe };
    const depth = depthOf(adapt, usual, encoder.layers);
    const trainable = await prepareEncoder(encoder.model, encoder.pooling);
    const lengths = encoder.tokenize(dataset.texts).map((ids) => ids.length);
    const cost = await adaptationCost(tailGraphs(trainable, depth), changed, lengths, {
      layers: encoder.layers,
      hiddenSize: trainable.facts.shapes.get(trainable.layerInputs[0])!.at(-1)![0],
      threads: availableParallelism(),
    });
    const holding = holdingOut(rows);
    const trials = holding ? trialDepths(adapt, depth, holding) : [];
    const repeats = holding?.heldOut ?? 0;
    const share = repeats * trials.reduce((sum, trial) => sum + trial / depth, 0);
    const compared = share * (cost.seconds + looksOf(changed, blends).length * cost.lookSeconds);
    const adaptations = 1 + repeats * trials.length;
    return { ...known, depth, adaptations, cost: { ...cost, seconds: cost.seconds + compared } };
  } finally {
    await encoder.dispose();
  }
}
