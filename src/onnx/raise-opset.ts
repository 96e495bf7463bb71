import { opsetOf } from "./model.js";
import type { ModelProto } from "./schema.js";

/** From this operator set on ScatterElements and ScatterND can add, which the gradients of gathered elements need. */
const target = 16;
/** The first operator set in which axes are inputs and Softmax goes over one axis, as in the sets after it. */
const lowest = 13;

/** Operators whose meaning changed between operator sets 13 and 16. */
const changed = new Set(["BatchNormalization", "RoiAlign"]);

/**
 * Declares a model of operator set 13, 14 or 15 as one of 16, without touching a node.
 *
 * Safe for encoders: by the ONNX changelog these versions admit more element types (Add, Mul, Pow, Where, Identity …) and
 * add attributes whose defaults are the old behaviour (`allowzero` of Reshape, `start` and `end` of Shape, `reduction` of
 * ScatterElements). Only BatchNormalization and RoiAlign came to mean something else: a model with one of them is left as it
 * is. Older sets are left too: they have axes as attributes and another Softmax.
 *
 * @param model is changed in place. @returns the operator set that it has now.
 */
export function raiseOpset(model: ModelProto): number {
  const opset = opsetOf(model);
  if (opset < lowest || opset >= target || model.graph.node.some(({ opType }) => changed.has(opType))) return opset;
  model.opsetImport = model.opsetImport.map((entry) => (entry.domain ? entry : { ...entry, version: target }));
  return target;
}
