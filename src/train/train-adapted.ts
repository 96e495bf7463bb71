import type { Checkpoint } from "../adapt/checkpoint.js";
import { type OpenRecipe, type Recipe, recipeFor, usualTemperature } from "../adapt/recipe.js";
import type { Encoder, FeatureKind } from "../encoder/encoder.js";
import { OptionError } from "../errors.js";
import { fitTemperature } from "../head/calibration.js";
import { type LinearHead, probabilities, rowsOf, scaleHead, type Targets } from "../head/linear.js";
import { bestThresholds } from "../head/thresholds.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type AdaptationPlan, type AdaptedFit, adaptAndFit } from "./adapt-and-fit.js";
import {
  type AdaptationEvidence,
  bestWay,
  crossChosenLogits,
  fewestRowsToCompare,
  type HeldOutRows,
  type HoldingOut,
  holdingOut,
  scoredRows,
} from "./adaptation-evidence.js";
import { compareHeldOut, type FrozenBaseline } from "./compare-held-out.js";
import type { TrainedHead } from "./train-head.js";

/** How many of the last layers are trained; `auto` decides whether to, and keeps the frozen encoder if it is as good. */
export type AdaptRequest = "auto" | "all" | number;

export interface TrainAdaptedOptions extends Omit<AdaptationPlan, "depth" | "recipe" | "C"> {
  request: AdaptRequest;
  /** Of the head on the adapted embeddings; the recipe's when missing. */
  C?: number;
  targets: Targets;
  /** [N], rows with the same number stay on one side of the split. */
  groups: Int32Array;
  /** In place of parts of the usual recipe. */
  recipe?: Partial<Recipe>;
}

/** What adaptation came to. */
export interface AdaptedTraining {
  /** Layers trained; 0 where the frozen encoder is kept. */
  depth: number;
  evidence: AdaptationEvidence;
  recipe: OpenRecipe;
  /** Missing where the frozen encoder is kept. */
  adapted?: Omit<AdaptedFit, "head" | "recipe" | "checkpoint"> & { trained: TrainedHead<FeatureKind> };
  /** Of the finished trainings; to be removed when what came of them is safe. */
  checkpoints: readonly Checkpoint[];
}

/** `auto` also tries a third of the layers: less to train, less to overfit. */
const shallow = 1 / 3;

/**
 * Trains the encoder's last layers and a new head on its embeddings.
 *
 * With enough rows some are held out first, a fifth or all of them in turn: depths and lengths of training are compared with the
 * frozen encoder on them, and the temperature comes from them. Then all rows are trained on in the best way.
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
  const usual = recipeFor(texts.length, targets.classes, targets.kind);
  const depth = depthOf(request, usual.depth, encoder.layers);
  const recipe = { ...usual.recipe, ...options.recipe };
  const plan: AdaptationPlan = { ...options, depth, C: options.C ?? usual.C, recipe };
  const evidence: AdaptationEvidence = { rows: texts.length, fewestRows: fewestRowsToCompare, heldOut: 0, trials: [] };
  const holding = holdingOut(texts.length);
  if (!holding) {
    const { kind = frozen.kind } = usual; // docs/decisions/0005
    const fit = await adaptAndFit(tensorflow, encoder, texts, targets, { ...plan, kind });
    const { checkpoint, ...adapted } = fit;
    const trained = trainedHead(fit.head, kind, plan.C, usualTemperature(fit.separability), targets);
    return { depth, evidence, recipe: fit.recipe, adapted: { ...adapted, trained }, checkpoints: listOf(checkpoint) };
  }
  const depths = trialDepths(request, depth, holding);
  const how = { ...options, ...holding, blends: usual.blends };
  const comparison = await compareHeldOut(tensorflow, encoder, texts, frozen, depths, plan, how);
  const { ways, checkpoints, ...heldOut } = comparison;
  evidence.trials = ways.map(({ trial }) => trial);
  evidence.heldOut = heldOut.rows.length;
  const mayBeFrozen = request === "auto";
  const rows = [...heldOut.rows.keys()];
  const way = bestWay(ways, rows, mayBeFrozen);
  if (!mayBeFrozen && bestWay(ways, rows, true).trial.depth === 0) {
    log.warn("on the rows held out the frozen encoder did as well; --adapt auto would keep it");
  }
  if (way.trial.depth === 0) return { depth: 0, evidence, recipe, checkpoints };
  const { depth: wanted, steps, blend = recipe.blend } = way.trial;
  const chosen = { ...plan, depth: wanted, stopAfter: steps, recipe: { ...recipe, blend } };
  const { checkpoint, ...fit } = await adaptAndFit(tensorflow, encoder, texts, targets, chosen);
  const temperature = fitTemperature(heldOut.targets, way.logits);
  const scored = { ...heldOut, logits: crossChosenLogits(ways, targets.classes, mayBeFrozen) };
  const trained = trainedHead(
    fit.head,
    "last",
    plan.C,
    temperature,
    targets,
    { ...heldOut, logits: way.logits },
    scored,
  );
  const kept = [...checkpoints, ...listOf(checkpoint)];
  return { depth: wanted, evidence, recipe: fit.recipe, adapted: { ...fit, trained }, checkpoints: kept };
}

/** The depths that are compared with the frozen encoder: where every row takes its turn, one is enough to pay for. */
export function trialDepths(request: AdaptRequest, depth: number, { heldOut }: HoldingOut): number[] {
  return request === "auto" && heldOut === 1 ? [...new Set([Math.ceil(depth * shallow), depth])] : [depth];
}

/** The number of layers to train. @throws OptionError for more than there are. */
export function depthOf(request: AdaptRequest, usual: number, layers: number): number {
  const depth = request === "auto" ? Math.min(usual, layers) : request === "all" ? layers : request;
  if (depth > layers)
    throw new OptionError("adapt", depth, `none, auto, all or a number up to ${layers}, the encoder's layers`);
  return depth;
}

/** @param heldOut thresholds come from them. @param scored what is said of them is the score. */
function trainedHead(
  head: LinearHead,
  features: FeatureKind,
  C: number,
  temperature: number,
  targets: Targets,
  heldOut: HeldOutRows | null = null,
  scored: HeldOutRows | null = null,
): TrainedHead<FeatureKind> {
  const logits = heldOut?.logits.map((logit) => logit / temperature);
  const p = logits && probabilities(targets.kind, logits, targets.classes);
  const multi = targets.kind === "multi-label";
  const labels = heldOut?.targets.labels as Uint8Array;
  const thresholds = multi ? (p ? bestThresholds(p, labels, targets.classes) : halves(targets.classes)) : undefined;
  return {
    head: scaleHead(head, temperature),
    features,
    C,
    temperature,
    thresholds,
    selection: [],
    heldOut: scored && scoredRows(scored, C, rowsOf(targets)),
    ...(heldOut && logits && { outOfFold: { rows: heldOut.rows, logits } }),
  };
}

function listOf(checkpoint: Checkpoint | undefined): Checkpoint[] {
  return checkpoint ? [checkpoint] : [];
}

function halves(classes: number): Float32Array {
  return new Float32Array(classes).fill(0.5);
}
