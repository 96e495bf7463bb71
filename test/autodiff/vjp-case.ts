import { makeNode } from "../../src/onnx/graph.js";
import type { AttributeProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from "../../src/onnx/schema.js";
import { AttributeType, DataType } from "../../src/onnx/schema.js";
import { makeTensor } from "../../src/onnx/tensor.js";
import type { Random } from "../../src/random.js";
import type { Length, Operand } from "./operands.js";
import type { Feeds, Precision } from "./run-graph.js";

/** One use of an operator. */
export interface VjpCase {
  op: string;
  /** What is special about it. */
  about: string;
  operands: readonly Operand[];
  attributes?: Record<string, number | number[]>;
  /** Attributes of other types. */
  others?: readonly AttributeProto[];
  /** Outputs `y0`, `y1` … of the node; one by default. */
  outputs?: number;
  /** Nodes behind it, where its first output alone is not what is differentiated. The last one's output is. */
  behind?: readonly NodeProto[];
  /** Versions of the operator set to test in. */
  opsets: readonly number[];
  /** float64 where onnxruntime has kernels for it. */
  precision: Precision;
}

/** Names the operands by their place: x0, x1 … */
function fedOperands({ operands }: VjpCase) {
  return operands.flatMap((operand, place) => (operand.kind === "fed" ? [{ name: `x${place}`, operand }] : []));
}

/** The names of the operands that are differentiated. */
export function differentiated(vjpCase: VjpCase): string[] {
  return fedOperands(vjpCase).flatMap(({ name, operand }) => (operand.held ? [] : [name]));
}

/** Values for the operands, in a batch of B texts of T tokens. */
export function drawFeeds(vjpCase: VjpCase, lengths: Record<"B" | "T", number>, random: Random): Feeds {
  const { B, T } = lengths;
  const feeds: Feeds = { ids: { data: new BigInt64Array(B * T), dims: [B, T] } };
  for (const { name, operand } of fedOperands(vjpCase)) {
    const dims = operand.shape.map((length) => (typeof length === "number" ? length : lengths[length]));
    const drawn = Array.from({ length: sizeOf(dims) }, (_, i) => operand.draw(random, i, sizeOf(dims)));
    feeds[name] = { data: arrayOf(operand.type, drawn), dims };
  }
  return feeds;
}

function arrayOf(type: number, values: number[]) {
  if (type === DataType.INT64) return BigInt64Array.from(values, BigInt);
  if (type === DataType.INT32) return Int32Array.from(values);
  return type === DataType.BOOL ? Uint8Array.from(values) : Float64Array.from(values);
}

/** The tensor that is differentiated. */
export function outputOf({ behind }: VjpCase): string {
  return behind?.at(-1)?.output[0] ?? "y0";
}

/**
 * The operator as a model of float operands. To be probed it must be a model of token ids [B, T], as encoders are: its
 * operands are then tensors of ones of the right shapes, made from the shape of the ids.
 */
export function modelOf(vjpCase: VjpCase, opset: number, probed: boolean): ModelProto {
  const nodes: NodeProto[] = [makeNode("Shape", ["ids"], ["lengths"])];
  const initializer: TensorProto[] = [];
  const input: ValueInfoProto[] = [{ name: "ids", type: { tensorType: { elemType: DataType.INT64 } } }];
  const names = vjpCase.operands.map((operand, place) => {
    const name = operand.kind === "again" ? `x${operand.place}` : operand.kind === "left out" ? "" : `x${place}`;
    if (operand.kind === "constant") initializer.push({ ...operand.tensor, name });
    if (operand.kind === "sizes") nodes.push(...sizesNodes(operand.shape, name));
    if (operand.kind === "fed" && probed) nodes.push(...onesNodes(operand.shape, operand.type, name));
    if (operand.kind === "fed" && !probed) input.push({ name, type: { tensorType: { elemType: operand.type } } });
    return name;
  });
  const outputs = Array.from({ length: vjpCase.outputs ?? 1 }, (_, i) => `y${i}`);
  const node = makeNode(vjpCase.op, names, outputs, vjpCase.attributes);
  node.attribute.push(...(vjpCase.others ?? []));
  nodes.push(node, ...(vjpCase.behind ?? []));
  const fixed = BigInt64Array.from(fixedLengths, BigInt);
  initializer.push(makeTensor("fixed", [fixed.length], fixed));
  const output = [{ name: outputOf(vjpCase), type: { tensorType: { elemType: DataType.FLOAT } } }];
  const opsetImport = [
    { domain: "", version: opset },
    { domain: "com.microsoft", version: 1 },
  ];
  const graph = { name: vjpCase.op, node: nodes, initializer, input, output, valueInfo: [] };
  return { irVersion: opset < 18 ? 8 : 10, opsetImport, graph };
}

/** Fixed lengths that operands may have. */
const fixedLengths = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** A vector of lengths, picked from those of the ids and from the fixed ones. */
function sizesNodes(shape: readonly Length[], name: string): NodeProto[] {
  const picks = shape.map((length) => (length === "B" ? 0 : length === "T" ? 1 : 2 + length));
  const value = makeTensor("", [picks.length], BigInt64Array.from(picks, BigInt));
  const constant = makeNode("Constant", [], [`${name}/picks`]);
  constant.attribute.push({ name: "value", type: AttributeType.TENSOR, t: value });
  return [
    constant,
    makeNode("Concat", ["lengths", "fixed"], [`${name}/lengths`], { axis: 0 }),
    makeNode("Gather", [`${name}/lengths`, `${name}/picks`], [name], { axis: 0 }),
  ];
}

function onesNodes(shape: readonly Length[], type: number, name: string): NodeProto[] {
  const ones = makeNode("ConstantOfShape", [`${name}/shape`], [`${name}/ones`]);
  const value = makeTensor("", [1], Float32Array.of(1));
  ones.attribute.push({ name: "value", type: AttributeType.TENSOR, t: value });
  return [...sizesNodes(shape, `${name}/shape`), ones, makeNode("Cast", [`${name}/ones`], [name], { to: type })];
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
