import { intAttribute } from "../../onnx/graph.js";
import { AttributeType, DataType } from "../../onnx/schema.js";
import { rawValues, sizeOf } from "../../onnx/tensor.js";
import type { GradientBuilder } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { type Dim, frontAxis } from "../shape.js";
import { fromFront, withinZeros } from "./within-zeros.js";

/** From this operator set on ScatterElements and ScatterND can add. */
const addingScatter = 16;

/**
 * y = rows of x, in the order of the indices. A row of y is a copy of a row of x, so each row of x gets the sum of the
 * gradients of its copies, 0 if it has none: dy is added into zeros at the same indices.
 *
 * One known place of an axis is a slice of length 1, whichever the axis: dy lies at that place within zeros.
 */
export const Gather: Rule = (g, node, dy) => {
  const [x, indices] = node.input;
  const axis = frontAxis(intAttribute(node, "axis", 0), g.rank(x));
  const constant = g.constant(indices);
  if (constant && sizeOf(constant) === 1) return [atPlace(g, x, dy, axis, Number(rawValues(constant)[0])), null];
  if (axis !== 0) throw new NoGradient(`it gathers several places along axis ${axis}`);
  requireAddingScatter(g);
  const rows = g.reshape(g.cast(indices, DataType.INT64), [...g.shape(indices), [1, 1]], indices); // ScatterND takes no int32
  return [g.emit("ScatterND", [g.zerosLike(x), rows, dy], g.shape(x), {}, [adding]), null];
};

/** dy at one place of an axis of x, zeros elsewhere. */
function atPlace(g: GradientBuilder, x: string, dy: string, axis: number, place: number): string {
  const length1 = g.shape(x).map((dim, i): Dim => (i === axis ? [1, 1] : dim));
  const kept = g.rank(dy) < g.rank(x) ? g.unsqueeze(dy, [axis]) : g.reshape(dy, length1);
  const before = length1.map((_, i) => (i === axis ? fromFront(g, x, axis, place) : 0));
  return withinZeros(g, kept, before, x);
}

/**
 * y[i][j] = x[i][index[i][j]] (along the last axis; others alike): every element of y is a copy of one of x, so dy is
 * added into zeros at the same places.
 */
export const GatherElements: Rule = (g, node, dy) => {
  const [x, indices] = node.input;
  requireAddingScatter(g);
  const axis = intAttribute(node, "axis", 0);
  return [g.emit("ScatterElements", [g.zerosLike(x), indices, dy], g.shape(x), { axis }, [adding]), null];
};

const adding = { name: "reduction", type: AttributeType.STRING, s: new TextEncoder().encode("add") };

function requireAddingScatter(g: GradientBuilder): void {
  if (g.opset < addingScatter) {
    throw new NoGradient(`its gradient needs operator set ${addingScatter}, and the model has ${g.opset}`);
  }
}
