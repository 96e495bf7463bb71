import type { Look } from "../adapt/adapt.js";
import type { Encoder } from "../encoder/encoder.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { fitHead } from "../head/fit.js";
import { type Features, headLogits, type Targets } from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type AdaptationPlan, type AdaptedFit, adaptAndFit } from "./adapt-and-fit.js";

/** Rows to train on and texts held out from it, with what the frozen encoder makes of them. */
export interface PartedRows {
  /** N */
  texts: readonly string[];
  targets: Targets;
  /** [N, F] */
  features: Features;
  /** Of the labels' names, [K, F]: to be learnt from as well. */
  names?: Features;
  /** R texts, their features [R, F] */
  heldOut: { texts: readonly string[]; features: Features };
}

/** One training at one depth, and what came of it. */
export interface DepthFit {
  /** What it says of the rows that it was trained on, [N, K]: beside what it says of others, the sign of overfitting. */
  own: Float32Array;
  /** What it says of the texts held out, logits [R, K], at each look. */
  heldOut: (Look & { logits: ArrayLike<number> })[];
  /** Missing at depth 0. To be disposed of by the caller. */
  adapted?: AdaptedFit;
}

/**
 * Trains at one depth on some rows, and asks it for others: what `train --adapt` chooses a depth by, and what `extent` measures.
 * Depth 0 is a head on the frozen encoder.
 * @param at when to ask, in the middle of the training, by steps; where it is empty the finished encoder is asked, as it is stored.
 */
export async function fitAtDepth(
  tensorflow: Tensorflow,
  encoder: Encoder,
  { texts, targets, features, names, heldOut }: PartedRows,
  plan: AdaptationPlan,
  at: readonly Look[] = [],
): Promise<DepthFit> {
  if (plan.depth === 0) {
    const classWeight = plan.classWeight === "balanced" ? balancedClassWeights(targets) : undefined;
    const { head } = await fitHead(tensorflow, features, targets, { C: plan.C, classWeight, names });
    const logits = headLogits(head, heldOut.features);
    return { own: headLogits(head, features), heldOut: [{ steps: 0, logits }] };
  }
  const looking = at.length > 0 ? { at, texts: heldOut.texts } : undefined;
  const adapted = await adaptAndFit(tensorflow, encoder, texts, targets, plan, looking);
  const looks = adapted.looks.map((logits, i) => ({ ...at[i], logits }));
  const finished = async () => ({
    steps: adapted.losses.length,
    logits: headLogits(adapted.head, await adapted.encoder.encode(heldOut.texts)),
  });
  return {
    own: headLogits(adapted.head, adapted.features),
    heldOut: looking ? looks : [await finished()],
    adapted,
  };
}
