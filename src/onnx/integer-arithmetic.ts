import { OptionError } from "../errors.js";
import { Appender } from "./appender.js";
import { GraphIndex, makeNode, sortTopologically } from "./graph.js";
import { prune } from "./prune.js";
import { quantizeWeights } from "./quantize.js";
import type { ModelProto, NodeProto } from "./schema.js";
import { DataType } from "./schema.js";
import { dimsOf, floatValues, makeTensor } from "./tensor.js";

/** What the products of an encoder are computed in. */
export type Arithmetic = (typeof arithmetics)[number];

export const arithmetics = ["float32", "int8"] as const;

/** onnxruntime's own operators; `MatMulIntegerToFloat` is a product of integers with its scales in one kernel. */
const CONTRIB = "com.microsoft";
const shared = (name: string) => `headstart/int8/${name}`;
const steps = 255; // of 8 bits
const smallestScale = 1e-12; // a row of equal numbers has a range of 0

/** W = Q · diag(scale). */
interface IntegerWeights {
  /** Q, int8 [K, N] */
  values: string;
  /** float32 [N], or one for all */
  scale: string;
  /** The sums of W's columns, [N] */
  columnSums: Float32Array;
}

/** A row-wise rounded tensor: x ≈ scale · values + least. */
interface RoundedRows {
  /** uint8 [..., K] */
  values: string;
  /** [..., 1] */
  scale: string;
  /** The least numbers beside ones, [..., 2] */
  leastAndOne: string;
}

/**
 * Computes the products with weights in 8-bit integers, two to three times as fast where the processor has instructions for that (VNNI, dot product).
 *
 * Each row of activations, the hidden state of one token, is rounded to 8 bits between its own least and largest number:
 *
 *   s = (max x − min x) / 255,  u = round((x − min x) / s),  x ≈ s·u + min x
 *   x·W + b ≈ s · (u·Q)·diag(c) + min x · Σₖ Wₖ + b      for W = Q·diag(c), weights [K, N] in int8
 *
 * so that a text's result depends on nothing that stands beside it, unlike `DynamicQuantizeLinear`, which has one scale for a batch.
 * Vector-wise quantisation (Dettmers et al. 2022, LLM.int8(), section 2), here with an offset: hidden states have a few large units of
 * one sign, which would leave half of a symmetric range unused.
 *
 * Weights that are float32 are rounded first, as `quantizeWeights` does it. What the products are added to, attention, normalisation and
 * heads stay float32.
 *
 * @param model is changed in place. @throws OptionError where no product could be one of integers
 */
export function useIntegerArithmetic(model: ModelProto): void {
  quantizeWeights(model, "stochastic"); // float32 weights may have been int8 before they were trained
  const index = new GraphIndex(model.graph);
  const rewriter = new Rewriter(model, index);
  const products = model.graph.node.flatMap((node) => rewriter.rewrite(node));
  if (products.length === 0)
    throw new OptionError("arithmetic", "int8", "float32: no product of this encoder can be computed in integers");
  const gone = new Set(products);
  model.graph.node = model.graph.node.filter((node) => !gone.has(node));
  model.opsetImport = [
    ...model.opsetImport.filter(({ domain }) => domain !== CONTRIB),
    { domain: CONTRIB, version: 1 },
  ];
  sortTopologically(model.graph);
  prune(model);
}

/** Writes the new nodes behind the old ones; rows that several products read are rounded once. */
class Rewriter {
  readonly #append: Appender;
  readonly #rows = new Map<string, RoundedRows>();
  readonly #weights = new Map<string, IntegerWeights | undefined>();

  constructor(
    readonly model: ModelProto,
    readonly index: GraphIndex,
  ) {
    this.#append = new Appender(model);
  }

  /** @returns where the node was a product with int8 weights: it and the addition of its bias, whose output others make now. */
  rewrite(product: NodeProto): NodeProto[] {
    const weights = product.opType === "MatMul" ? this.#weightsOf(product.input[1]) : undefined;
    if (!weights) return [];
    const [output] = product.output;
    const { columnSums } = weights;
    const bias = this.#biasBehind(output, columnSums.length);
    const name = (step: string) => `${output}/int8/${step}`;
    const append = this.#append;
    if (this.#rows.size === 0) this.#addConstants();
    const rows = this.#roundedRows(product.input[0]);
    const inputs = [rows.values, weights.values, shared("one"), weights.scale, shared("zero")];
    const multiplied = makeNode("MatMulIntegerToFloat", inputs, [name("product")]);
    this.model.graph.node.push({ ...multiplied, domain: CONTRIB });
    const scaled = append.node("Mul", [name("product"), rows.scale], name("scaled")); // [..., N]
    const perRow = new Float32Array(2 * columnSums.length); // without a bias the second row stays 0
    perRow.set(columnSums);
    if (bias) perRow.set(bias.values, columnSums.length);
    const summands = append.constant(makeTensor(name("summands"), [2, columnSums.length], perRow));
    const offset = append.node("MatMul", [rows.leastAndOne, summands], name("offset")); // [..., N], in one pass with the bias
    append.node("Add", [scaled, offset], bias?.addition.output[0] ?? output);
    return bias ? [product, bias.addition] : [product];
  }

  /** A vector [N] that is added to a tensor before anything else reads it. */
  #biasBehind(tensor: string, columns: number): { addition: NodeProto; values: Float32Array } | undefined {
    const [addition, ...others] = this.index.consumers(tensor);
    if (addition?.opType !== "Add" || others.length > 0) return undefined;
    if (this.model.graph.output.some(({ name }) => name === tensor)) return undefined;
    const bias = this.index.constant(addition.input.find((input) => input !== tensor)!);
    const isVector = bias && dimsOf(bias).length === 1 && dimsOf(bias)[0] === columns;
    return isVector ? { addition, values: floatValues(bias) } : undefined;
  }

  #addConstants(): void {
    this.#append.scalar(shared("one"), 1);
    this.#append.constant(makeTensor(shared("zero"), [], Uint8Array.of(0)));
    this.#append.scalar(shared("step"), 1 / steps);
    this.#append.scalar(shared("smallest_scale"), smallestScale);
  }

  #roundedRows(tensor: string): RoundedRows {
    const known = this.#rows.get(tensor);
    if (known) return known;
    const name = (step: string) => `${tensor}/int8/${step}`;
    const append = this.#append;
    const least = append.reduce("ReduceMin", tensor, -1, true, name("least")); // [..., 1]
    const most = append.reduce("ReduceMax", tensor, -1, true, name("most"));
    const range = append.node("Sub", [most, least], name("range"));
    const step = append.node("Mul", [range, shared("step")], name("step"));
    const scale = append.node("Max", [step, shared("smallest_scale")], name("scale"));
    const shifted = append.node("Sub", [tensor, least], name("shifted")); // [..., K]
    const perUnit = append.node("Reciprocal", [scale], name("per_unit")); // a product costs half of a division
    const inSteps = append.node("Mul", [shifted, perUnit], name("in_steps"));
    const values = append.node("QuantizeLinear", [inSteps, shared("one"), shared("zero")], name("values"));
    const one = append.node("Mul", [scale, perUnit], name("one"));
    const leastAndOne = append.node("Concat", [least, one], name("least_and_one"), { axis: -1 });
    const rows = { values, scale, leastAndOne };
    this.#rows.set(tensor, rows);
    return rows;
  }

  #weightsOf(tensor: string): IntegerWeights | undefined {
    if (!this.#weights.has(tensor)) this.#weights.set(tensor, this.#findWeights(tensor));
    return this.#weights.get(tensor);
  }

  /** The form in which `quantizeWeights` and `useFloatArithmetic` leave weights: `Cast(int8) · scale`. */
  #findWeights(tensor: string): IntegerWeights | undefined {
    const scaling = this.index.producer(tensor);
    const cast = scaling?.opType === "Mul" ? this.index.producer(scaling.input[0]) : undefined;
    const values = cast?.opType === "Cast" ? this.index.constant(cast.input[0]) : undefined;
    const scale = scaling && this.index.constant(scaling.input[1]);
    if (values?.dataType !== DataType.INT8 || !scale || dimsOf(values).length !== 2) return undefined;
    const [rows, columns] = dimsOf(values);
    const scales = floatValues(scale);
    if (scales.length !== 1 && (scales.length !== columns || dimsOf(scale).at(-1) !== columns)) return undefined;
    const sums = new Float32Array(columns);
    const numbers = floatValues(values);
    for (let k = 0; k < rows; k++) for (let n = 0; n < columns; n++) sums[n] += numbers[k * columns + n];
    for (let n = 0; n < columns; n++) sums[n] *= scales.length === 1 ? scales[0] : scales[n];
    const dims = scales.length === 1 ? [] : [columns];
    return {
      values: values.name!,
      scale: this.#append.constant(makeTensor(`${tensor}/int8/scale`, dims, scales)),
      columnSums: sums,
    };
  }
}
