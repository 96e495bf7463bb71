import type { Checkpoint } from "../adapt/checkpoint.js";
import { type Recipe, recipeFor } from "../adapt/recipe.js";
import type { Encoder } from "../encoder/encoder.js";
import { OptionError } from "../errors.js";
import { fitTemperature } from "../head/calibration.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { fitHead } from "../head/fit.js";
import {
  type Features,
  headLogits,
  type LinearHead,
  probabilities,
  scaleHead,
  selectFeatures,
  selectTargets,
  type Targets,
} from "../head/linear.js";
import { bestThresholds } from "../head/thresholds.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type AdaptationPlan, adaptAndFit } from "./adapt-and-fit.js";
import {
  type AdaptationEvidence,
  compareHeldOut,
  fewestRowsToCompare,
  type HeldOutRows,
  scoredRows,
} from "./adaptation-evidence.js";
import { foldsOf } from "./cross-validate.js";
import type { TrainedHead } from "./train-head.js";

/** How many of the last layers are trained; `auto` decides whether to, and keeps the frozen encoder if it is as good. */
export type AdaptRequest = "auto" | "all" | number;

export interface TrainAdaptedOptions extends Omit<AdaptationPlan, "depth" | "recipe" | "C"> {
  request: AdaptRequest;
  targets: Targets;
  /** [N], rows with the same number stay on one side of the split. */
  groups: Int32Array;
  /** In place of parts of the usual recipe. */
  recipe?: Partial<Recipe>;
}

/** The frozen classifier that adaptation is compared with. */
export interface FrozenBaseline {
  features: Features;
  C: number;
}

/** What adaptation came to. */
export interface AdaptedTraining {
  evidence: AdaptationEvidence;
  recipe: Recipe;
  /** Missing where the frozen encoder is kept. */
  adapted?: { encoder: Encoder; features: Features; trained: TrainedHead<"last">; losses: number[] };
}

/**
 * Trains the encoder's last layers and a new head on its embeddings. With enough rows a stratified fifth is held out
 * first: the encoder adapted without it is compared with the frozen one on it, and the temperature comes from it. Then
 * all rows are trained on.
 *
 * @param texts N. @param frozen trained on the same rows; needed from `fewestRowsToCompare` rows on.
 * @throws OptionError for more layers than there are; MissingRuleError
 */
export async function trainAdapted(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  frozen: FrozenBaseline | undefined,
  options: TrainAdaptedOptions,
): Promise<AdaptedTraining> {
  const { request, targets, log } = options;
  const usual = recipeFor(texts.length, targets.classes);
  const depth = depthOf(request, usual.depth, encoder.layers);
  const plan: AdaptationPlan = { ...options, depth, C: usual.C, recipe: { ...usual.recipe, ...options.recipe } };
  if (texts.length < fewestRowsToCompare || !frozen) {
    const fit = await adaptAndFit(tensorflow, encoder, texts, targets, plan);
    await fit.checkpoint?.remove();
    const evidence = { depth, rows: texts.length, fewestRows: fewestRowsToCompare };
    const trained = trainedHead(fit.head, plan.C, usual.temperature, targets, null);
    return { evidence, recipe: plan.recipe, adapted: { ...fit, trained } };
  }
  const { checkpoint, ...heldOut } = await holdOut(tensorflow, encoder, texts, frozen, targets, options.groups, plan);
  const evidence = compareHeldOut(depth, texts.length, heldOut);
  const isBetter = evidence.comparison.adaptedIsBetter;
  if (!isBetter && request === "auto") {
    await checkpoint?.remove();
    return { evidence, recipe: plan.recipe };
  }
  if (!isBetter) log.warn("on the rows held out the frozen encoder did as well; --adapt auto would keep it");
  const fit = await adaptAndFit(tensorflow, encoder, texts, targets, plan);
  for (const finished of [checkpoint, fit.checkpoint]) await finished?.remove();
  const temperature = fitTemperature(heldOut.targets, heldOut.adapted);
  const trained = trainedHead(fit.head, plan.C, temperature, targets, heldOut);
  return { evidence, recipe: plan.recipe, adapted: { ...fit, trained } };
}

/** The number of layers to train. @throws OptionError for more than there are. */
export function depthOf(request: AdaptRequest, usual: number, layers: number): number {
  const depth = request === "auto" ? Math.min(usual, layers) : request === "all" ? layers : request;
  if (depth > layers)
    throw new OptionError("adapt", depth, `none, auto, all or a number up to ${layers}, the encoder's layers`);
  return depth;
}

/** Adapts without a fifth of the rows, and what both ways say of that fifth. */
async function holdOut(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  frozen: FrozenBaseline,
  targets: Targets,
  groups: Int32Array,
  plan: AdaptationPlan,
): Promise<HeldOutRows & { checkpoint?: Checkpoint }> {
  const folds = foldsOf(targets, 5, plan.random.fork(), groups);
  const rows = [...folds.of.keys()];
  const [training, held] = [rows.filter((row) => folds.of[row] !== 0), rows.filter((row) => folds.of[row] === 0)];
  const part = selectTargets(targets, training);
  const classWeight = plan.classWeight === "balanced" ? balancedClassWeights(part) : undefined;
  const seen = selectFeatures(frozen.features, training);
  const { head: frozenHead } = await fitHead(tensorflow, seen, part, { C: frozen.C, classWeight });
  const trainingTexts = training.map((row) => texts[row]);
  const fit = await adaptAndFit(tensorflow, encoder, trainingTexts, part, plan);
  try {
    const features = await fit.encoder.encode(held.map((row) => texts[row]));
    return {
      rows: Int32Array.from(held),
      targets: selectTargets(targets, held),
      frozen: headLogits(frozenHead, selectFeatures(frozen.features, held)),
      adapted: headLogits(fit.head, features),
      checkpoint: fit.checkpoint,
    };
  } finally {
    await fit.encoder.dispose();
  }
}

function trainedHead(
  head: LinearHead,
  C: number,
  temperature: number,
  targets: Targets,
  heldOut: HeldOutRows | null,
): TrainedHead<"last"> {
  const logits = heldOut?.adapted.map((logit) => logit / temperature);
  const p = logits && probabilities(targets.kind, logits, targets.classes);
  const multi = targets.kind === "multi-label";
  const labels = heldOut?.targets.labels as Uint8Array;
  const thresholds = multi ? (p ? bestThresholds(p, labels, targets.classes) : halves(targets.classes)) : undefined;
  return {
    head: scaleHead(head, temperature),
    features: "last",
    C,
    temperature,
    thresholds,
    selection: [],
    heldOut: heldOut && scoredRows(heldOut, C),
  };
}

function halves(classes: number): Float32Array {
  return new Float32Array(classes).fill(0.5);
}
