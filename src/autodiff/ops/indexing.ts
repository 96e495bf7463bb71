import { intAttribute } from "../../onnx/graph.js";
import { rawValues, sizeOf } from "../../onnx/tensor.js";
import type { GradientBuilder } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { type Dim, frontAxis } from "../shape.js";

/** From this operator set on ScatterElements and ScatterND can add. */
const addingScatter = 16;

/**
 * y = rows (or one place of an axis) of x. Rows taken twice get both gradients: they are added into zeros. One place
 * of an axis is a product with a one-hot vector along it.
 */
export const Gather: Rule = (g, node, dy) => {
  const [x, indices] = node.input;
  const axis = frontAxis(intAttribute(node, "axis", 0), g.rank(x));
  const constant = g.constant(indices);
  if (constant && sizeOf(constant) === 1) {
    return [placed(g, x, dy, axis, Number((rawValues(constant) as BigInt64Array)[0])), null];
  }
  if (axis !== 0) throw new NoGradient(`it gathers along axis ${axis} by indices that depend on the input`);
  requireAddingScatter(g);
  const column = g.reshape(indices, [...g.shape(indices), [1, 1]]);
  return [g.emit("ScatterND", [g.zerosLike(x), column, dy], g.shape(x), {}, [adding]), null];
};

function placed(g: GradientBuilder, x: string, dy: string, axis: number, place: number): string {
  const shape = g.shape(x);
  if (place < 0) throw new NoGradient("it counts from the end of the axis");
  const kept = g.reshape(
    dy,
    shape.map((dim, i): Dim => (i === axis ? [1, 1] : dim)),
    undefined,
  );
  const depth = g.emit("Gather", [g.shapeTensor(x), g.ints([axis])], [[1, 1]], { axis: 0 });
  const oneHot = g.emit("OneHot", [g.ints([place]), depth, zeroAndOne(g)], [[1, 1], shape[axis]], { axis: -1 });
  const column = g.reshape(
    oneHot,
    shape.map((dim, i): Dim => (i === axis ? dim : [1, 1])),
  );
  return g.mul(kept, column);
}

function zeroAndOne(g: GradientBuilder): string {
  return g.concat([g.reshape(g.scalar(0), [[1, 1]]), g.reshape(g.scalar(1), [[1, 1]])], 0);
}

/** y[i][j] = x[i][index[i][j]]: dy is added at the same places. */
export const GatherElements: Rule = (g, node, dy) => {
  const [x, indices] = node.input;
  requireAddingScatter(g);
  const axis = intAttribute(node, "axis", 0);
  return [g.emit("ScatterElements", [g.zerosLike(x), indices, dy], g.shape(x), { axis }, [adding]), null];
};

const adding = { name: "reduction", type: 3, s: new TextEncoder().encode("add") };

function requireAddingScatter(g: GradientBuilder): void {
  if (g.opset < addingScatter) {
    throw new NoGradient(`its gradient needs operator set ${addingScatter}, and the model has ${g.opset}`);
  }
}
