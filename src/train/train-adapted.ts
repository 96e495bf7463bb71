import { adaptEncoder } from "../adapt/adapt.js";
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
import type { Log } from "../log.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
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

export interface TrainAdaptedOptions {
  request: AdaptRequest;
  targets: Targets;
  /** [N], rows with the same number stay on one side of the split. */
  groups: Int32Array;
  classWeight: "balanced" | "none";
  recipe?: Partial<Recipe>;
  random: Random;
  threads: number;
  log: Log;
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
  const { recipe, depth: usual, C, temperature } = recipeFor(texts.length, targets.classes);
  const depth = request === "auto" ? Math.min(usual, encoder.layers) : request === "all" ? encoder.layers : request;
  if (depth > encoder.layers) throw new OptionError("adapt", depth, `a number of layers up to ${encoder.layers}`);
  const plan: Plan = { depth, C, recipe: { ...recipe, ...options.recipe }, random: options.random };
  if (texts.length < fewestRowsToCompare || !frozen) {
    const evidence = { depth, rows: texts.length, fewestRows: fewestRowsToCompare };
    const { head, ...rest } = await adaptAndFit(tensorflow, encoder, texts, targets, plan, options);
    return {
      evidence,
      recipe: plan.recipe,
      adapted: { ...rest, trained: trainedHead(head, C, temperature, targets, null) },
    };
  }
  const heldOut = await holdOut(tensorflow, encoder, texts, frozen, plan, options);
  const evidence = compareHeldOut(depth, texts.length, heldOut);
  if (request === "auto" && !evidence.comparison!.adaptedIsBetter) return { evidence, recipe: plan.recipe };
  if (!evidence.comparison!.adaptedIsBetter)
    log.warn("the frozen encoder did as well on the rows held out: see --adapt auto");
  const { head, ...rest } = await adaptAndFit(tensorflow, encoder, texts, targets, plan, options);
  return {
    evidence,
    recipe: plan.recipe,
    adapted: {
      ...rest,
      trained: trainedHead(head, C, fitTemperature(heldOut.targets, heldOut.adapted), targets, heldOut),
    },
  };
}

interface Plan {
  depth: number;
  C: number;
  recipe: Recipe;
  random: Random;
}

async function adaptAndFit(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  targets: Targets,
  { depth, C, recipe, random }: Plan,
  { classWeight, threads, log }: TrainAdaptedOptions,
) {
  const weights = classWeight === "balanced" ? balancedClassWeights(targets) : undefined;
  const probe = recipe.loss.crossEntropy
    ? (await fitHead(tensorflow, await encoder.encode(texts), targets, { C, classWeight: weights })).head
    : undefined;
  const { model, losses } = await adaptEncoder(tensorflow, encoder, texts, targets, {
    depth,
    recipe,
    random: random.fork(),
    threads,
    probe,
    log,
  });
  const adapted = await encoder.withModel(model, "last");
  const features = await adapted.encode(texts);
  const { head } = await fitHead(tensorflow, features, targets, { C, classWeight: weights });
  return { encoder: adapted, features, head, losses };
}

/** Adapts without a fifth of the rows, and what both ways say of that fifth. */
async function holdOut(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  frozen: FrozenBaseline,
  plan: Plan,
  options: TrainAdaptedOptions,
): Promise<HeldOutRows> {
  const { targets, classWeight } = options;
  const folds = foldsOf(targets, 5, plan.random.fork(), options.groups);
  const rows = [...folds.of.keys()];
  const [training, held] = [rows.filter((row) => folds.of[row] !== 0), rows.filter((row) => folds.of[row] === 0)];
  const part = selectTargets(targets, training);
  const weights = classWeight === "balanced" ? balancedClassWeights(part) : undefined;
  const { head: frozenHead } = await fitHead(tensorflow, selectFeatures(frozen.features, training), part, {
    C: frozen.C,
    classWeight: weights,
  });
  const trainingTexts = training.map((row) => texts[row]);
  const { head, encoder: adapted } = await adaptAndFit(tensorflow, encoder, trainingTexts, part, plan, options);
  try {
    const features = await adapted.encode(held.map((row) => texts[row]));
    return {
      rows: Int32Array.from(held),
      targets: selectTargets(targets, held),
      frozen: headLogits(frozenHead, selectFeatures(frozen.features, held)),
      adapted: headLogits(head, features),
    };
  } finally {
    await adapted.dispose();
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
