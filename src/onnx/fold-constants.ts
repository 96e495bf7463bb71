import { attributeOf, GraphIndex, intAttribute } from "./graph.js";
import { bypassIdentities } from "./identities.js";
import { DataType, type ModelProto, type NodeProto, type TensorProto } from "./schema.js";
import { dimsOf, floatValues, makeTensor, sizeOf, toNumber } from "./tensor.js";

/**
 * Computes the nodes that only depend on constants where these are the forms that weights are stored in: `Cast`, `Sub`
 * and `Mul` by scales of quantised weights, `Transpose`; and takes `Identity` out. What is read afterwards are float32 weights.
 *
 * @param model is changed in place. @returns how many quantised tensors became float32.
 */
export function foldConstants(model: ModelProto): number {
  bypassIdentities(model);
  const { graph } = model;
  const constants = new Map(new GraphIndex(graph).initializers);
  let dequantized = 0;
  graph.node = graph.node.filter((node) => {
    const inputs = node.input.map((name) => constants.get(name));
    if (inputs.length === 0 || !inputs.every((tensor) => tensor !== undefined)) return true;
    const folded = evaluate(node, inputs);
    if (!folded) return true;
    if (node.opType === "Cast" && inputs[0].dataType !== DataType.FLOAT) dequantized++;
    constants.set(folded.name!, folded);
    graph.initializer.push(folded);
    return false;
  });
  dropUnread(model);
  return dequantized;
}

/** Weights alone: a vector or matrix. Scalars are left to onnxruntime, which needs their types for shapes. */
function evaluate(node: NodeProto, inputs: TensorProto[]): TensorProto | undefined {
  const [first, second] = inputs;
  const name = node.output[0];
  if (dimsOf(first).length === 0 || sizeOf(first) < 2) return undefined;
  switch (node.opType) {
    case "Cast":
      if (intAttribute(node, "to", 0) !== DataType.FLOAT || first.dataType === DataType.INT64) return undefined;
      return makeTensor(name, dimsOf(first), floatValues(first));
    case "Sub":
      return elementwise(name, first, second, (a, b) => a - b);
    case "Mul":
      return elementwise(name, first, second, (a, b) => a * b);
    case "Transpose":
      return transposed(node, first);
  }
  return undefined;
}

function elementwise(
  name: string,
  a: TensorProto,
  b: TensorProto,
  apply: (a: number, b: number) => number,
): TensorProto | undefined {
  if (a.dataType !== DataType.FLOAT || b.dataType !== DataType.FLOAT) return undefined;
  const [left, right] = [dimsOf(a), dimsOf(b)];
  const rank = Math.max(left.length, right.length);
  const padded = (dims: number[]) => [...new Array<number>(rank - dims.length).fill(1), ...dims];
  const [leftDims, rightDims] = [padded(left), padded(right)];
  const dims = leftDims.map((dim, axis) => (dim === 1 ? rightDims[axis] : dim));
  const [leftValues, rightValues] = [floatValues(a), floatValues(b)];
  const [leftSteps, rightSteps] = [stepsOf(leftDims), stepsOf(rightDims)];
  const values = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  const place = new Array<number>(rank).fill(0);
  for (let i = 0, l = 0, r = 0; i < values.length; i++) {
    values[i] = apply(leftValues[l], rightValues[r]);
    for (let axis = rank - 1; axis >= 0; axis--) {
      place[axis]++;
      l += leftSteps[axis];
      r += rightSteps[axis];
      if (place[axis] < dims[axis]) break;
      l -= leftSteps[axis] * dims[axis];
      r -= rightSteps[axis] * dims[axis];
      place[axis] = 0;
    }
  }
  return makeTensor(name, dims, values);
}

/** How far the next element along each axis is; 0 along axes that are repeated. */
function stepsOf(dims: number[]): number[] {
  let size = 1;
  return dims
    .map((_, i) => dims.length - 1 - i)
    .map((axis) => {
      const step = dims[axis] === 1 ? 0 : size;
      size *= dims[axis];
      return step;
    })
    .reverse();
}

function transposed(node: NodeProto, tensor: TensorProto): TensorProto | undefined {
  const dims = dimsOf(tensor);
  if (dims.length !== 2 || tensor.dataType !== DataType.FLOAT) return undefined;
  const perm = attributeOf(node, "perm")?.ints?.map(toNumber) ?? [1, 0];
  if (perm[0] !== 1) return undefined;
  const [rows, columns] = dims;
  const values = floatValues(tensor);
  const result = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = values[r * columns + c];
  return makeTensor(node.output[0], [columns, rows], result);
}

function dropUnread({ graph }: ModelProto): void {
  const index = new GraphIndex(graph);
  const outputs = new Set(graph.output.map(({ name }) => name));
  graph.initializer = graph.initializer.filter(({ name }) => index.consumersOf.has(name!) || outputs.has(name!));
}
