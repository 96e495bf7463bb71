import type { Checkpoint } from "../adapt/checkpoint.js";
import type { Encoder } from "../encoder/encoder.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { fitHead } from "../head/fit.js";
import { type Features, headLogits, selectFeatures, selectTargets, type Targets } from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type AdaptationPlan, adaptAndFit } from "./adapt-and-fit.js";
import { type Way, wayOf } from "./adaptation-evidence.js";
import { foldsOf } from "./cross-validate.js";

/** The frozen classifier that adaptation is compared with. */
export interface FrozenBaseline {
  features: Features;
  C: number;
}

/** Where training is looked at, as shares of all steps: the best of them is where it stops (early stopping). */
const looks = [0.5, 0.75, 1];

/** Ways of training on four fifths of the rows, and what each says of the fifth. */
export interface Comparison {
  /** [R], those held out, ascending */
  rows: Int32Array;
  targets: Targets;
  /** The frozen encoder first. */
  ways: (Way & { checkpoint?: Checkpoint })[];
}

/** Trains without a fifth of the rows, frozen and at each depth, and scores every look at that fifth. */
export async function compareHeldOut(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  frozen: FrozenBaseline,
  depths: readonly number[],
  plan: AdaptationPlan,
  { targets, groups }: { targets: Targets; groups: Int32Array },
): Promise<Comparison> {
  const folds = foldsOf(targets, 5, plan.random.fork(), groups);
  const rows = [...folds.of.keys()];
  const [training, held] = [rows.filter((row) => folds.of[row] !== 0), rows.filter((row) => folds.of[row] === 0)];
  const part = selectTargets(targets, training);
  const heldOut = { rows: Int32Array.from(held), targets: selectTargets(targets, held) };
  const classWeight = plan.classWeight === "balanced" ? balancedClassWeights(part) : undefined;
  const seen = selectFeatures(frozen.features, training);
  const { head } = await fitHead(tensorflow, seen, part, { C: frozen.C, classWeight });
  const unadapted = headLogits(head, selectFeatures(frozen.features, held));
  const ways: Comparison["ways"] = [wayOf(0, 0, { ...heldOut, logits: unadapted })];
  const seenTexts = training.map((row) => texts[row]);
  const after = looks.map((share) => Math.max(1, Math.round(share * plan.recipe.steps)));
  for (const depth of depths) {
    const looking = { after, texts: held.map((row) => texts[row]) };
    const fit = await adaptAndFit(tensorflow, encoder, seenTexts, part, { ...plan, depth }, looking);
    await fit.encoder.dispose();
    for (const [steps, logits] of Object.entries(fit.looks)) {
      const way = wayOf(depth, Number(steps), { ...heldOut, logits: Float32Array.from(logits) });
      ways.push({ ...way, checkpoint: fit.checkpoint });
    }
  }
  return { ...heldOut, ways };
}
