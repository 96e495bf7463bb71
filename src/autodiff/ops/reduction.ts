import { intAttribute } from "../../onnx/graph.js";
import { DataType, type NodeProto } from "../../onnx/schema.js";
import { rawValues } from "../../onnx/tensor.js";
import { type GradientBuilder, intsAttribute } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { frontAxis, isFixed } from "../shape.js";

/** y = Σ x: ∂y/∂xᵢ = 1, so every element gets the dy of the sum that it went into. */
export const ReduceSum: Rule = (g, node, dy) => [g.expand(kept(g, node, dy), g.shape(node.input[0]), node.input[0])];

/** y = (1/n) Σ x over n elements: as for the sum, ∂y/∂xᵢ = 1/n. */
export const ReduceMean: Rule = (g, node, dy) => {
  const [x] = node.input;
  const shape = g.shape(x);
  const lengths = axesOf(g, node).map((axis) => shape[axis]);
  if (!lengths.every(isFixed)) throw new NoGradient("it averages over an axis of varying length");
  const count = lengths.reduce((product, [length]) => product * length, 1);
  return [g.expand(g.mul(kept(g, node, dy), 1 / count), shape, x)];
};

/** y = √(Σ x²): ∂y/∂xᵢ = 2xᵢ/(2√(Σ x²)) = xᵢ/y. At x = 0, where no derivative exists, 0 is taken (as PyTorch does). */
export const ReduceL2: Rule = (g, node, dy) => {
  const [x] = node.input;
  const y = kept(g, node, node.output[0]);
  const ratio = g.div(kept(g, node, dy), y);
  return [g.mul(x, g.where(g.compare("Greater", y, 0), ratio, 0))];
};

/** y = max x: ∂y/∂xᵢ is 1 for the largest element and 0 for the others. Several that are largest share dy equally. */
export const ReduceMax: Rule = (g, node, dy) => {
  const [x] = node.input;
  const largest = g.cast(g.compare("Equal", x, kept(g, node, node.output[0])), DataType.FLOAT);
  const count = g.sum(largest, axesOf(g, node));
  return [g.mul(largest, g.div(kept(g, node, dy), count))];
};

/** A reduced tensor with its reduced axes as axes of length 1, so that it broadcasts against x. */
function kept(g: GradientBuilder, node: NodeProto, reduced: string): string {
  return intAttribute(node, "keepdims", 1) ? reduced : g.unsqueeze(reduced, axesOf(g, node));
}

/** The reduced axes, counted from the front, ascending: an attribute or an input. Where neither is there all are, or none if it says so. */
function axesOf(g: GradientBuilder, node: NodeProto): number[] {
  const rank = g.rank(node.input[0]);
  const constant = node.input[1] ? g.constant(node.input[1]) : undefined;
  if (node.input[1] && !constant) throw new NoGradient("its axes depend on the input");
  const axes = constant ? [...(rawValues(constant) as BigInt64Array)].map(Number) : intsAttribute(node, "axes");
  if (!axes?.length) {
    return intAttribute(node, "noop_with_empty_axes", 0) ? [] : Array.from({ length: rank }, (_, axis) => axis);
  }
  return axes.map((axis) => frontAxis(axis, rank)).sort((a, b) => a - b);
}
