import type { Encoder } from "../encoder/encoder.js";
import { type Features, headLogits, type Targets } from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type AdaptationPlan, type AdaptedFit, adaptAndFit } from "./adapt-and-fit.js";
import { fitPlannedHead } from "./planned-head.js";

/** Rows to train on and texts held out from it, with what the frozen encoder makes of them. */
export interface PartedRows {
  /** N */
  texts: readonly string[];
  targets: Targets;
  /** [N, F] */
  features: Features;
  /** R texts, their features [R, F] */
  heldOut: { texts: readonly string[]; features: Features };
}

/** One training at one depth, and what came of it. */
export interface DepthFit {
  /** What it says of the rows that it was trained on, [N, K]: beside what it says of others, the sign of overfitting. */
  own: Float32Array;
  /** What it says of the texts held out, logits [R, K]. */
  heldOut: Float32Array;
  /** Missing at depth 0. To be disposed of by the caller. */
  adapted?: AdaptedFit;
}

/**
 * Trains at one depth on some rows, and asks the finished encoder, as it is stored, for others: what `extent` measures. Depth 0 is a head on
 * the frozen encoder.
 */
export async function fitAtDepth(
  tensorflow: Tensorflow,
  encoder: Encoder,
  rows: PartedRows,
  plan: AdaptationPlan,
): Promise<DepthFit> {
  const { texts, targets, features, heldOut } = rows;
  if (plan.depth === 0) {
    const head = await fitPlannedHead(tensorflow, rows, plan);
    return { own: headLogits(head, features), heldOut: headLogits(head, heldOut.features) };
  }
  const adapted = await adaptAndFit(tensorflow, encoder, texts, targets, plan);
  const others = await adapted.encoder.encode(heldOut.texts);
  return { own: headLogits(adapted.head, adapted.features), heldOut: headLogits(adapted.head, others), adapted };
}
