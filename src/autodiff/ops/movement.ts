import { intAttribute } from "../../onnx/graph.js";
import type { NodeProto, TensorProto } from "../../onnx/schema.js";
import { rawValues } from "../../onnx/tensor.js";
import { type GradientBuilder, intsAttribute } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { type Dim, frontAxis, isFixed, sameDim } from "../shape.js";

/** The elements stay in order, so the gradient takes the shape that the input had. */
export const Reshape: Rule = (g, { input: [x] }, dy) => [g.reshape(dy, g.shape(x), x)];
export const Squeeze = Reshape;
export const Unsqueeze = Reshape;
export const Flatten = Reshape;

/** Axis i of y is axis perm[i] of x: the inverse permutation leads back. */
export const Transpose: Rule = (g, node, dy) => {
  const rank = g.rank(node.input[0]);
  const perm = intsAttribute(node, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  return [
    g.transpose(
      dy,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ];
};

/** What was repeated is summed; the walker does it, as for every broadcast input. */
export const Expand: Rule = (_g, _node, dy) => [dy];

/** An axis of length n repeated r times is the matrix [r, n] in y: sum over r. */
export const Tile: Rule = (g, { input: [x] }, dy) => {
  const summed: number[] = [];
  const split = g.shape(x).flatMap((dim, axis): Dim[] => {
    const length = g.shape(dy)[axis];
    if (sameDim(dim, length)) return [dim];
    const repeats: Dim = [length[0] / dim[0], length[1] / dim[1]];
    summed.push(axis + summed.length);
    return [repeats, dim];
  });
  return [g.sum(g.reshape(dy, split), summed, false)];
};

/** Each part's gradient is its part of dy. */
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

/** The parts' gradients side by side, with zeros for a part that does not matter. */
export const Split: Rule = (g, node, _dy, dys) => {
  const axis = frontAxis(intAttribute(node, "axis", 0), g.rank(node.input[0]));
  return [
    g.concat(
      node.output.map((part, i) => dys[i] ?? g.zerosLike(part)),
      axis,
    ),
  ];
};

/** y = x[start:end] along some axes: dy with zeros before and behind it. */
export const Slice: Rule = (g, node, dy) => {
  const [x] = node.input;
  const rank = g.rank(x);
  const starts = listOf(g, node, 1, "starts");
  const axes = listOf(
    g,
    node,
    3,
    "axes",
    starts?.map((_, i) => i),
  );
  const steps = listOf(
    g,
    node,
    4,
    "steps",
    starts?.map(() => 1),
  );
  if (!starts || !axes || !steps) throw new NoGradient("where it starts depends on the input");
  if (steps.some((step) => step !== 1)) throw new NoGradient(`its steps are ${steps.join(", ")}`);
  const before = new Array<number>(rank).fill(0);
  for (const [i, axis] of axes.entries()) before[frontAxis(axis, rank)] = fromFront(g, x, axis, starts[i]);
  return [padded(g, dy, before, x)];
};

/** Puts dy at a place within zeros of the shape of `like`. */
function padded(g: GradientBuilder, dy: string, before: number[], like: string): string {
  const shape = g.shape(like);
  const behind = shape.map((dim, axis): Dim => {
    const length = g.shape(dy)[axis];
    return [dim[0] - length[0] - before[axis], dim[1] - length[1] - before[axis]];
  });
  if (behind.every(isFixed)) {
    const pads = g.ints([...before, ...behind.map(([length]) => length)]);
    return g.emit("Pad", [dy, pads], shape);
  }
  const missing = g.sub(g.shapeTensor(like), g.shapeTensor(dy));
  const pads = g.concat([g.ints(before), g.sub(missing, g.ints(before))], 0);
  return g.emit("Pad", [dy, pads], shape);
}

function fromFront(g: GradientBuilder, x: string, axis: number, start: number): number {
  const dim = g.shape(x)[frontAxis(axis, g.rank(x))];
  if (start >= 0) return start;
  if (!isFixed(dim)) throw new NoGradient("it starts at a place counted from the end of a varying length");
  return Math.max(0, start + dim[0]);
}

/** A list of whole numbers: an input from operator set 10 on, an attribute before. */
function listOf(g: GradientBuilder, node: NodeProto, input: number, attribute: string, byDefault?: number[]) {
  const name = node.input[input];
  if (!name) return intsAttribute(node, attribute) ?? byDefault;
  const constant = g.constant(name);
  return constant && wholeNumbers(constant);
}

function wholeNumbers(tensor: TensorProto): number[] {
  return [...(rawValues(tensor) as BigInt64Array | Int32Array)].map(Number);
}
