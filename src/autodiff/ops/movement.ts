import { intAttribute } from "../../onnx/graph.js";
import type { NodeProto } from "../../onnx/schema.js";
import { rawValues } from "../../onnx/tensor.js";
import { type GradientBuilder, intsAttribute } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { type Dim, frontAxis, isFixed, sameDim } from "../shape.js";
import { fromFront, withinZeros } from "./within-zeros.js";

/** y has the elements of x in the same order, so dx has those of dy, in the shape of x. */
export const Reshape: Rule = (g, { input: [x] }, dy) => [g.reshape(dy, g.shape(x), x)];
export const Squeeze = Reshape;
export const Unsqueeze = Reshape;
export const Flatten = Reshape;

/** Axis i of y is axis perm[i] of x, so axis perm[i] of dx is axis i of dy: the inverse permutation. */
export const Transpose: Rule = (g, node, dy) => {
  const rank = g.rank(node.input[0]);
  const perm = intsAttribute(node, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  return [g.transpose(dy, inverse)];
};

/** An element of x is repeated along the stretched axes, so it gets the sum over them: the walker's, as for any broadcast. */
export const Expand: Rule = (_g, _node, dy) => [dy];

/** An axis of length n repeated r times is [r, n] in row-major order, so dx is the sum of dy over the axes r. */
export const Tile: Rule = (g, { input: [x] }, dy) => {
  const repeated: number[] = [];
  const split = g.shape(x).flatMap((dim, axis): Dim[] => {
    const length = g.shape(dy)[axis];
    if (sameDim(dim, length)) return [dim];
    repeated.push(axis + repeated.length);
    return [[length[0] / dim[0], length[1] / dim[1]], dim];
  });
  return [g.sum(g.reshape(dy, split), repeated, false)];
};

/** y is its parts side by side, so each part's gradient is the same stretch of dy. */
export const Concat: Rule = (g, node, dy) => {
  const axis = frontAxis(intAttribute(node, "axis", 0), g.rank(dy));
  let start = 0;
  return node.input.map((part) => {
    const length = g.shape(part)[axis];
    if (!isFixed(length)) throw new NoGradient(`${part} has a varying length along the axis of concatenation`);
    start += length[0];
    return g.slice(dy, axis, start - length[0], start);
  });
};

/** x is its parts side by side, so dx is their gradients side by side, zeros for a part that does not matter. */
export const Split: Rule = (g, node, _dy, dys) => {
  const axis = frontAxis(intAttribute(node, "axis", 0), g.rank(node.input[0]));
  const parts = node.output.map((part, i) => dys[i] ?? g.zerosLike(part));
  return [g.concat(parts, axis)];
};

/** y = x[start:end] along some axes: elements outside do not matter, so dx is dy within zeros. */
export const Slice: Rule = (g, node, dy) => {
  const [x] = node.input;
  const rank = g.rank(x);
  const starts = listOf(g, node, 1, "starts") ?? [];
  const axes = listOf(g, node, 3, "axes") ?? starts.map((_, i) => i);
  const steps = listOf(g, node, 4, "steps") ?? [];
  if (!steps.every((step) => step === 1)) throw new NoGradient("its steps are not all 1");
  const before = new Array<number>(rank).fill(0);
  for (const [i, axis] of axes.entries()) before[frontAxis(axis, rank)] = fromFront(g, x, axis, starts[i]);
  return [withinZeros(g, dy, before, x)];
};

/** A list of whole numbers, as an input or (up to operator set 9) an attribute; undefined where it is left out. */
function listOf(g: GradientBuilder, node: NodeProto, input: number, attribute: string): number[] | undefined {
  const name = node.input[input];
  if (!name) return intsAttribute(node, attribute);
  const constant = g.constant(name);
  if (!constant) throw new NoGradient(`its ${attribute} depend on the input`);
  return [...(rawValues(constant) as BigInt64Array | Int32Array)].map(Number);
}
