import { balancedClassWeights } from "../head/class-weights.js";
import { fitHead } from "../head/fit.js";
import type { Features, LinearHead, Targets } from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";

/** How strong a head is, and how much its classes weigh. */
export interface HeadPlan {
  C: number;
  classWeight: "balanced" | "none";
}

/** Fits a head as planned. @param features [N, F]. @param names of the labels' names, [K, F]: to be learnt from as well */
export async function fitPlannedHead(
  tensorflow: Tensorflow,
  { features, targets, names }: { features: Features; targets: Targets; names?: Features },
  { C, classWeight }: HeadPlan,
): Promise<LinearHead> {
  const weights = classWeight === "balanced" ? balancedClassWeights(targets) : undefined;
  return (await fitHead(tensorflow, features, targets, { C, classWeight: weights, names })).head;
}
