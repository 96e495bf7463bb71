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
import { type AdaptationPlan, type AdaptedFit, adaptAndFit } from "./adapt-and-fit.js";
import {
  type AdaptationEvidence,
  bestTrial,
  fewestRowsToCompare,
  type HeldOutRows,
  scoredRows,
  type Trial,
  trialOf,
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
  /** Layers trained; 0 where the frozen encoder is kept. */
  depth: number;
  evidence: AdaptationEvidence;
  recipe: Recipe;
  /** Missing where the frozen encoder is kept. */
  adapted?: Omit<AdaptedFit, "head" | "checkpoint"> & { trained: TrainedHead<"last"> };
}

/** `auto` also tries a third of the layers: less to train, less to overfit. */
const shallow = 1 / 3;
/** Where training is looked at, as shares of all steps: the best of them is where it stops (early stopping). */
const looks = [0.5, 0.75, 1];

/**
 * Trains the encoder's last layers and a new head on its embeddings.
 *
 * With enough rows a stratified fifth is held out first: depths and lengths of training are compared with the frozen
 * encoder on it, and the temperature comes from it. Then all rows are trained on in the best way.
 *
 * @param texts N. @param frozen trained on the same rows.
 * @throws OptionError for more layers than there are; MissingRuleError
 */
export async function trainAdapted(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  frozen: FrozenBaseline,
  options: TrainAdaptedOptions,
): Promise<AdaptedTraining> {
  const { request, targets, log } = options;
  const usual = recipeFor(texts.length, targets.classes);
  const depth = depthOf(request, usual.depth, encoder.layers);
  const recipe = { ...usual.recipe, ...options.recipe };
  const plan: AdaptationPlan = { ...options, depth, C: usual.C, recipe };
  const evidence: AdaptationEvidence = { rows: texts.length, fewestRows: fewestRowsToCompare, heldOut: 0, trials: [] };
  if (texts.length < fewestRowsToCompare) {
    const fit = await adaptAndFit(tensorflow, encoder, texts, targets, plan);
    await fit.checkpoint?.remove();
    const trained = trainedHead(fit.head, plan.C, usual.temperature, targets, null);
    return { depth, evidence, recipe, adapted: { ...fit, trained } };
  }
  const compared = await compareHeldOut(tensorflow, encoder, texts, frozen, trialDepths(request, depth), plan, options);
  evidence.trials = compared.map(({ trial }) => trial);
  evidence.heldOut = compared[0].heldOut.rows.length;
  const best = bestTrial(evidence.trials);
  const wanted =
    request === "auto" || best.depth > 0 ? best : bestTrial(evidence.trials.filter((trial) => trial.depth > 0));
  if (best.depth === 0 && wanted.depth > 0) {
    log.warn("on the rows held out the frozen encoder did as well; --adapt auto would keep it");
  }
  const finished = compared.flatMap(({ checkpoint }) => checkpoint ?? []);
  if (wanted.depth === 0) {
    for (const checkpoint of finished) await checkpoint.remove();
    return { depth: 0, evidence, recipe };
  }
  const fit = await adaptAndFit(tensorflow, encoder, texts, targets, {
    ...plan,
    depth: wanted.depth,
    stopAfter: wanted.steps,
  });
  for (const checkpoint of [...finished, fit.checkpoint]) await checkpoint?.remove();
  const { heldOut } = compared.find(({ trial }) => trial === wanted)!;
  const temperature = fitTemperature(heldOut.targets, heldOut.logits);
  const trained = trainedHead(fit.head, plan.C, temperature, targets, heldOut);
  return { depth: wanted.depth, evidence, recipe, adapted: { ...fit, trained } };
}

/** The depths that are compared with the frozen encoder. */
export function trialDepths(request: AdaptRequest, depth: number): number[] {
  return request === "auto" ? [...new Set([Math.ceil(depth * shallow), depth])] : [depth];
}

/** The number of layers to train. @throws OptionError for more than there are. */
export function depthOf(request: AdaptRequest, usual: number, layers: number): number {
  const depth = request === "auto" ? Math.min(usual, layers) : request === "all" ? layers : request;
  if (depth > layers)
    throw new OptionError("adapt", depth, `none, auto, all or a number up to ${layers}, the encoder's layers`);
  return depth;
}

/** One way of training on four fifths of the rows, and what it says of the fifth. */
export interface Compared {
  trial: Trial;
  heldOut: HeldOutRows;
  checkpoint?: Checkpoint;
}

/** Trains without a fifth of the rows, frozen and at each depth, and scores every look at that fifth. */
export async function compareHeldOut(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  frozen: FrozenBaseline,
  depths: readonly number[],
  plan: AdaptationPlan,
  { targets, groups }: TrainAdaptedOptions,
): Promise<Compared[]> {
  const folds = foldsOf(targets, 5, plan.random.fork(), groups);
  const rows = [...folds.of.keys()];
  const [training, held] = [rows.filter((row) => folds.of[row] !== 0), rows.filter((row) => folds.of[row] === 0)];
  const part = selectTargets(targets, training);
  const heldOut = { rows: Int32Array.from(held), targets: selectTargets(targets, held) };
  const classWeight = plan.classWeight === "balanced" ? balancedClassWeights(part) : undefined;
  const seen = selectFeatures(frozen.features, training);
  const { head } = await fitHead(tensorflow, seen, part, { C: frozen.C, classWeight });
  const unadapted = { ...heldOut, logits: headLogits(head, selectFeatures(frozen.features, held)) };
  const compared: Compared[] = [{ trial: trialOf(0, 0, unadapted), heldOut: unadapted }];
  const seenTexts = training.map((row) => texts[row]);
  const after = looks.map((share) => Math.max(1, Math.round(share * plan.recipe.steps)));
  for (const depth of depths) {
    const looking = { after, texts: held.map((row) => texts[row]) };
    const fit = await adaptAndFit(tensorflow, encoder, seenTexts, part, { ...plan, depth }, looking);
    await fit.encoder.dispose();
    for (const [steps, logits] of Object.entries(fit.looks)) {
      const looked = { ...heldOut, logits: Float32Array.from(logits) };
      compared.push({ trial: trialOf(depth, Number(steps), looked), heldOut: looked, checkpoint: fit.checkpoint });
    }
  }
  return compared;
}

function trainedHead(
  head: LinearHead,
  C: number,
  temperature: number,
  targets: Targets,
  heldOut: HeldOutRows | null,
): TrainedHead<"last"> {
  const logits = heldOut?.logits.map((logit) => logit / temperature);
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
