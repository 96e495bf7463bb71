import { attributeOf, makeNode } from "../onnx/graph.js";
import { type AttributeProto, AttributeType, type NodeProto, type TensorProto } from "../onnx/schema.js";
import { makeTensor, toNumber } from "../onnx/tensor.js";
import type { GraphFacts } from "./probe.js";
import { NoGradient } from "./rule.js";
import {
  broadcastShape,
  type Dim,
  describeShape,
  fixedShape,
  frontAxis,
  isFixed,
  type Shape,
  sameDim,
} from "./shape.js";

/** A tensor by its name, or a number that becomes a float32 constant. */
export type Operand = string | number;

/**
 * Writes the nodes of a backward graph, in the operator set of the encoder, and knows the shape of every tensor that it
 * makes. Its methods are the mathematics that backward rules are written in; each returns the name of its result.
 */
export class GradientBuilder {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly #shapes: Map<string, Shape>;
  readonly #facts: GraphFacts;

  /** @param facts of the forward graph. @param opset the version of the standard operator set to write in. */
  constructor(
    facts: GraphFacts,
    readonly opset: number,
  ) {
    this.#shapes = new Map(facts.shapes);
    this.#facts = facts;
  }

  /** @throws RangeError for a tensor that neither the forward graph nor the builder has made. */
  shape(tensor: string): Shape {
    const shape = this.#shapes.get(tensor);
    if (!shape) throw new RangeError(`The shape of ${tensor} is not known.`);
    return shape;
  }

  rank(tensor: string): number {
    return this.shape(tensor).length;
  }

  /** The value of a constant of the forward graph; undefined where it depends on the input. */
  constant(tensor: string): TensorProto | undefined {
    return this.#facts.constants.get(tensor);
  }

  /** Whether a tensor of the forward graph holds truth values. */
  isBoolean(tensor: string): boolean {
    return this.#facts.booleans.has(tensor);
  }

  add(a: Operand, b: Operand): string {
    return this.#binary("Add", a, b);
  }

  sub(a: Operand, b: Operand): string {
    return this.#binary("Sub", a, b);
  }

  mul(a: Operand, b: Operand): string {
    return this.#binary("Mul", a, b);
  }

  div(a: Operand, b: Operand): string {
    return this.#binary("Div", a, b);
  }

  /** A one-argument operator that keeps the shape: Neg, Exp, Sqrt, Erf … */
  unary(opType: string, x: string): string {
    return this.emit(opType, [x], this.shape(x));
  }

  /** A comparison, as bool. */
  compare(opType: "Equal" | "Greater" | "GreaterOrEqual" | "Less", a: string, b: Operand): string {
    return this.#binary(opType, a, b);
  }

  /** `yes` where the condition holds, `no` elsewhere. */
  where(condition: string, yes: Operand, no: Operand): string {
    const [a, b] = [this.#operand(yes), this.#operand(no)];
    const shape = broadcastShape(this.shape(condition), broadcastShape(this.shape(a), this.shape(b)));
    return this.emit("Where", [condition, a, b], shape);
  }

  cast(x: string, to: number): string {
    return this.emit("Cast", [x], this.shape(x), { to });
  }

  /** [.., M, K] · [.., K, N], batch axes broadcast. */
  matMul(a: string, b: string): string {
    const [left, right] = [this.shape(a), this.shape(b)];
    const batch = broadcastShape(left.slice(0, -2), right.slice(0, -2));
    return this.emit("MatMul", [a, b], [...batch, left.at(-2)!, right.at(-1)!]);
  }

  /** Product of two matrices, each transposed first if so told. */
  gemm(a: string, b: string, { transA = 0, transB = 0 }): string {
    const rows = this.shape(a)[transA];
    const columns = this.shape(b)[1 - transB];
    return this.emit("Gemm", [a, b], [rows, columns], { transA, transB });
  }

  transpose(x: string, perm: readonly number[]): string {
    const shape = this.shape(x);
    return this.emit(
      "Transpose",
      [x],
      perm.map((axis) => shape[axis]),
      { perm: [...perm] },
    );
  }

  /** Rows and columns of the last two axes exchanged. */
  transposeLast(x: string): string {
    const rank = this.rank(x);
    const front = Array.from({ length: rank - 2 }, (_, axis) => axis);
    return this.transpose(x, [...front, rank - 1, rank - 2]);
  }

  /**
   * The same elements in another shape.
   * @param like a tensor that has the wanted shape: asked at run time where the shape cannot be written down.
   * @throws NoGradient where it can neither be written nor asked.
   */
  reshape(x: string, shape: Shape, like?: string): string {
    const dims = writtenDims(this.shape(x), shape);
    if (!dims && !like) throw new NoGradient(`several lengths of ${describeShape(shape)} vary`);
    return this.emit("Reshape", [x, dims ? this.ints(dims) : this.shapeTensor(like!)], shape);
  }

  /** Axes of length 1 put in, so that they are at `axes` of the result. @param axes counted from the front, ascending. */
  unsqueeze(x: string, axes: readonly number[]): string {
    const shape: Dim[] = [...this.shape(x)];
    for (const axis of axes) shape.splice(axis, 0, [1, 1]);
    if (this.opset < 13) return this.emit("Unsqueeze", [x], shape, { axes: [...axes] });
    return this.emit("Unsqueeze", [x, this.ints(axes)], shape);
  }

  /** All axes but the last made one: [.., K] as a matrix of rows [*, K]. */
  rows(x: string): string {
    const shape = this.shape(x);
    if (shape.length === 2) return x;
    const product = (which: 0 | 1) => shape.slice(0, -1).reduce((size, dim) => size * dim[which], 1);
    return this.reshape(x, [[product(0), product(1)], shape.at(-1)!]);
  }

  /** Sum over axes; without any, x itself. */
  sum(x: string, axes: readonly number[], keepdims = true): string {
    if (axes.length === 0) return x; // to ReduceSum no axes would mean all
    const rank = this.rank(x);
    const reduced = new Set(axes.map((axis) => frontAxis(axis, rank)));
    const shape = this.shape(x).flatMap((dim, axis): Dim[] => (reduced.has(axis) ? (keepdims ? [[1, 1]] : []) : [dim]));
    const sorted = [...reduced].sort((a, b) => a - b);
    if (this.opset < 13) return this.emit("ReduceSum", [x], shape, { axes: sorted, keepdims: Number(keepdims) });
    return this.emit("ReduceSum", [x, this.ints(sorted)], shape, { keepdims: Number(keepdims) });
  }

  /** Mean over axes of fixed length, which stay with length 1. */
  mean(x: string, axes: readonly number[]): string {
    const rank = this.rank(x);
    const count = axes.reduce((size, axis) => size * this.shape(x)[frontAxis(axis, rank)][0], 1);
    return this.mul(this.sum(x, axes), 1 / count);
  }

  /** Repeats axes of length 1 until the shape is reached. @param like a tensor that has the wanted shape. */
  expand(x: string, shape: Shape, like: string): string {
    const own = this.shape(x);
    const dims = shape.map((dim, axis) => (own[axis] && sameDim(own[axis], dim) ? 1 : isFixed(dim) ? dim[0] : -1));
    const target = dims.includes(-1) ? this.shapeTensor(like) : this.ints(dims);
    return this.emit("Expand", [x, target], shape);
  }

  concat(parts: string[], axis: number): string {
    const first = this.shape(parts[0]);
    const lengths = parts.map((part) => this.shape(part)[axis]);
    const total: Dim = [lengths.reduce((n, dim) => n + dim[0], 0), lengths.reduce((n, dim) => n + dim[1], 0)];
    const shape = first.map((dim, i) => (i === axis ? total : dim));
    return this.emit("Concat", parts, shape, { axis });
  }

  /** The part [start, end) of an axis. */
  slice(x: string, axis: number, start: number, end: number): string {
    const shape = this.shape(x).map((dim, i): Dim => (i === axis ? [end - start, end - start] : dim));
    return this.emit("Slice", [x, this.ints([start]), this.ints([end]), this.ints([axis])], shape);
  }

  /** Zeros of the shape that a tensor of the forward graph has. */
  zerosLike(tensor: string): string {
    const zeros = makeTensor("", [1], Float32Array.of(0));
    const attribute = { name: "value", type: AttributeType.TENSOR, t: zeros };
    return this.emit("ConstantOfShape", [this.shapeTensor(tensor)], this.shape(tensor), {}, [attribute]);
  }

  /** The shape of a tensor as int64, for operators that want it as an input. */
  shapeTensor(tensor: string): string {
    const shape = this.shape(tensor);
    if (shape.every(isFixed)) return this.ints(shape.map(([dim]) => dim));
    return this.emit("Shape", [tensor], fixedShape([shape.length]));
  }

  ints(values: readonly number[]): string {
    const name = `grad/ints/${values.join("_")}`;
    if (!this.#shapes.has(name)) {
      this.#register(
        makeTensor(name, [values.length], BigInt64Array.from(values, BigInt)),
        fixedShape([values.length]),
      );
    }
    return name;
  }

  scalar(value: number): string {
    const name = `grad/scalar/${value}`;
    if (!this.#shapes.has(name)) this.#register(makeTensor(name, [], Float32Array.of(value)), []);
    return name;
  }

  /** Any other operator; the caller says what shape its result has. */
  emit(
    opType: string,
    inputs: string[],
    shape: Shape,
    attributes: Record<string, number | number[]> = {},
    others: AttributeProto[] = [],
  ): string {
    const output = `grad/${opType}_${this.nodes.length}`;
    const node = makeNode(opType, inputs, [output], attributes);
    node.attribute.push(...others);
    this.nodes.push(node);
    this.#shapes.set(output, shape);
    return output;
  }

  #binary(opType: string, left: Operand, right: Operand): string {
    const [a, b] = [this.#operand(left), this.#operand(right)];
    return this.emit(opType, [a, b], broadcastShape(this.shape(a), this.shape(b)));
  }

  #operand(value: Operand): string {
    return typeof value === "number" ? this.scalar(value) : value;
  }

  #register(tensor: TensorProto, shape: Shape): void {
    this.initializers.push(tensor);
    this.#shapes.set(tensor.name!, shape);
  }
}

/** A shape as Reshape takes it: 0 for an axis as it was, -1 for one that follows from the others; undefined if need be asked. */
function writtenDims(from: Shape, to: Shape): number[] | undefined {
  const dims = to.map((dim, axis) => (isFixed(dim) ? dim[0] : from[axis] && sameDim(from[axis], dim) ? 0 : -1));
  return dims.filter((dim) => dim === -1).length <= 1 ? dims : undefined;
}

/** The numbers of an attribute that is a list of them. */
export function intsAttribute(node: NodeProto, name: string): number[] | undefined {
  return attributeOf(node, name)?.ints?.map(toNumber);
}
