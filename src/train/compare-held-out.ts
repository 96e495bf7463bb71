import type { Checkpoint } from "../adapt/checkpoint.js";
import type { Encoder } from "../encoder/encoder.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { fitHead } from "../head/fit.js";
import { type Features, headLogits, selectFeatures, selectTargets, type Targets } from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type AdaptationPlan, adaptAndFit } from "./adapt-and-fit.js";
import { type HoldingOut, type Way, wayOf } from "./adaptation-evidence.js";
import { foldsOf } from "./cross-validate.js";
import { HeldOutLogits } from "./held-out-logits.js";

/** The frozen classifier that adaptation is compared with. */
export interface FrozenBaseline {
  features: Features;
  C: number;
}

/** Where training is looked at, as shares of all steps: the best of them is where it stops (early stopping). */
const looks = [0.5, 0.75, 1];

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

/** Trains without the rows held out, frozen and at each depth, and scores every look at those rows. */
export async function compareHeldOut(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  frozen: FrozenBaseline,
  depths: readonly number[],
  plan: AdaptationPlan,
  { targets, groups, folds: count, heldOut }: { targets: Targets; groups: Int32Array } & HoldingOut,
): Promise<Comparison> {
  const folds = foldsOf(targets, count, plan.random.fork(), groups);
  const all = [...folds.of.keys()];
  const rows = Int32Array.from(all.filter((row) => folds.of[row] < heldOut));
  const found = new HeldOutLogits(rows, targets.classes);
  const checkpoints: Checkpoint[] = [];
  const after = looks.map((share) => Math.max(1, Math.round(share * plan.recipe.steps)));
  for (let fold = 0; fold < heldOut; fold++) {
    const [training, held] = [all.filter((row) => folds.of[row] !== fold), all.filter((row) => folds.of[row] === fold)];
    const part = selectTargets(targets, training);
    found.add({ depth: 0, steps: 0 }, held, await frozenLogits(tensorflow, frozen, { training, held, part }, plan));
    const seen = training.map((row) => texts[row]);
    const looking = { after, texts: held.map((row) => texts[row]) };
    for (const depth of depths) {
      const fit = await adaptAndFit(tensorflow, encoder, seen, part, { ...plan, depth }, looking);
      await fit.encoder.dispose();
      if (fit.checkpoint) checkpoints.push(fit.checkpoint);
      for (const [steps, logits] of Object.entries(fit.looks)) found.add({ depth, steps: Number(steps) }, held, logits);
    }
  }
  const known = selectTargets(targets, [...rows]);
  const ways = found.ways.map(({ depth, steps, logits }) => wayOf(depth, steps, { rows, targets: known, logits }));
  return { rows, targets: known, ways, checkpoints };
}

async function frozenLogits(
  tensorflow: Tensorflow,
  { features, C }: FrozenBaseline,
  { training, held, part }: { training: number[]; held: number[]; part: Targets },
  plan: AdaptationPlan,
): Promise<Float32Array> {
  const classWeight = plan.classWeight === "balanced" ? balancedClassWeights(part) : undefined;
  const { head } = await fitHead(tensorflow, selectFeatures(features, training), part, { C, classWeight });
  return headLogits(head, selectFeatures(features, held));
}
