import type { Look } from "../adapt/adapt.js";
import type { Checkpoint } from "../adapt/checkpoint.js";
import type { OpenRecipe } from "../adapt/recipe.js";
import type { Encoder, FeatureKind } from "../encoder/encoder.js";
import { type Features, headLogits, selectFeatures, selectTargets, type Targets } from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type AdaptationPlan, adaptAndLook } from "./adapt-and-fit.js";
import { type HoldingOut, type Way, wayOf } from "./adaptation-evidence.js";
import { foldsOf } from "./cross-validate.js";
import { HeldOutLogits } from "./held-out-logits.js";
import { fitPlannedHead } from "./planned-head.js";

/** The frozen classifier that adaptation is compared with. */
export interface FrozenBaseline {
  features: Features;
  kind: FeatureKind;
  C: number;
  /** Of the labels' names, [K, F], where it learnt from them. */
  names?: Features;
}

/** Where training may end, as shares of all steps (early stopping, see `bestWay`). */
const ends = [0.5, 0.75, 1];

/**
 * When a training is looked at. Both ways of going less far are not compared: shares of the whole training where there are any to compare and
 * the recipe has none, else where it may end.
 */
export function looksOf({ steps, blend: given }: OpenRecipe, blends: readonly number[]): Look[] {
  if (given === undefined && blends.length > 0) return blends.map((blend) => ({ steps, blend }));
  return ends.map((share) => ({ steps: Math.max(1, Math.round(share * steps)) }));
}

/** Ways of training on some of the rows, and what each says of the others. */
export interface Comparison {
  /** [R], those held out, ascending */
  rows: Int32Array;
  targets: Targets;
  /** The frozen encoder first. */
  ways: Way[];
  /** Of the finished trainings; to be removed when what came of them is safe. */
  checkpoints: Checkpoint[];
}

/** The rows, and what is compared on those held out. */
export interface ComparisonOptions extends HoldingOut {
  targets: Targets;
  /** [N], rows with the same number stay on one side of the split. */
  groups: Int32Array;
  /** Shares of the way from the pretrained weights to compare, unless the recipe has one. */
  blends: readonly number[];
}

/** Trains without the rows held out, frozen and at each depth, and scores every look at those rows. */
export async function compareHeldOut(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  frozen: FrozenBaseline,
  depths: readonly number[],
  plan: AdaptationPlan,
  { targets, groups, blends, folds: count, heldOut }: ComparisonOptions,
): Promise<Comparison> {
  const folds = foldsOf(targets, count, plan.random.fork(), groups);
  const all = [...folds.of.keys()];
  const rows = Int32Array.from(all.filter((row) => folds.of[row] < heldOut));
  const found = new HeldOutLogits(rows, targets.classes);
  const checkpoints: Checkpoint[] = [];
  const looks = looksOf(plan.recipe, blends);
  for (let fold = 0; fold < heldOut; fold++) {
    const [training, held] = [all.filter((row) => folds.of[row] !== fold), all.filter((row) => folds.of[row] === fold)];
    const own = training.map((row) => texts[row]);
    const learnt = selectTargets(targets, training);
    const lessons = { features: selectFeatures(frozen.features, training), targets: learnt, names: frozen.names };
    const head = await fitPlannedHead(tensorflow, lessons, { ...plan, C: frozen.C });
    found.add({ depth: 0, steps: 0 }, held, headLogits(head, selectFeatures(frozen.features, held)));
    const looking = { at: looks, texts: held.map((row) => texts[row]) };
    for (const depth of depths) {
      const looked = await adaptAndLook(tensorflow, encoder, own, learnt, { ...plan, depth }, looking);
      if (looked.checkpoint) checkpoints.push(looked.checkpoint);
      for (const [i, look] of looks.entries()) found.add({ depth, ...look }, held, looked.looks[i]);
    }
  }
  const known = selectTargets(targets, [...rows]);
  const ways = found.ways.map(({ logits, ...trained }) => wayOf(trained, { rows, targets: known, logits }));
  return { rows, targets: known, ways, checkpoints };
}
