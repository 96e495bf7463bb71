import { intAttribute } from "../../onnx/graph.js";
import type { NodeProto } from "../../onnx/schema.js";
import { rawValues } from "../../onnx/tensor.js";
import { type GradientBuilder, intsAttribute } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { type Dim, frontAxis, isFixed } from "../shape.js";

/** Each element counts once: dy goes to all that were summed. */
export const ReduceSum: Rule = (g, node, dy) => [g.expand(kept(g, node, dy), g.shape(node.input[0]), node.input[0])];

/** As a sum, divided by the number of elements in a mean. */
export const ReduceMean: Rule = (g, node, dy) => {
  const [x] = node.input;
  const shape = g.shape(x);
  const lengths = axesOf(g, node).map((axis) => shape[axis]);
  if (!lengths.every(isFixed)) throw new NoGradient("it averages over an axis of varying length");
  const count = lengths.reduce((product, [length]) => product * length, 1);
  return [g.expand(g.mul(kept(g, node, dy), 1 / count), shape, x)];
};

/** y = √Σx²: ∂y/∂x = x/y. */
export const ReduceL2: Rule = (g, node, dy) => {
  const [x] = node.input;
  return [g.mul(x, g.div(kept(g, node, dy), kept(g, node, node.output[0])))];
};

/** The gradient goes to the largest element; to all alike that are as large. */
export const ReduceMax: Rule = (g, node, dy) => {
  const [x] = node.input;
  const largest = g.cast(g.compare("Equal", x, kept(g, node, node.output[0])), FLOAT);
  const count = g.sum(largest, axesOf(g, node));
  return [g.mul(largest, g.div(kept(g, node, dy), count))];
};

const FLOAT = 1; // TensorProto.DataType

/** A reduced tensor with its reduced axes as axes of length 1. */
function kept(g: GradientBuilder, node: NodeProto, reduced: string): string {
  if (intAttribute(node, "keepdims", 1)) return reduced;
  const axes = new Set(axesOf(g, node));
  const [x] = node.input;
  return g.reshape(
    reduced,
    g.shape(x).map((dim, axis): Dim => (axes.has(axis) ? [1, 1] : dim)),
  );
}

/** The reduced axes, counted from the front: an attribute or an input, all axes where neither is there. */
function axesOf(g: GradientBuilder, node: NodeProto): number[] {
  const rank = g.rank(node.input[0]);
  const constant = node.input[1] ? g.constant(node.input[1]) : undefined;
  if (node.input[1] && !constant) throw new NoGradient("its axes depend on the input");
  const axes = constant ? [...(rawValues(constant) as BigInt64Array)].map(Number) : intsAttribute(node, "axes");
  if (!axes?.length) return Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => frontAxis(axis, rank));
}
