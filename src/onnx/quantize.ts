import { HEADSTART } from "./compose.js";
import { foldHalfWeights, scaledWeights } from "./float-arithmetic.js";
import { useFloat32 } from "./float32.js";
import { GraphIndex, intAttribute, makeNode, sortTopologically } from "./graph.js";
import { bypassIdentities } from "./identities.js";
import { prune } from "./prune.js";
import type { ModelProto, NodeProto, TensorProto } from "./schema.js";
import { DataType } from "./schema.js";
import { dimsOf, floatValues, makeTensor, sizeOf } from "./tensor.js";

/** How a weight becomes one of the two whole steps beside it. */
export type Rounding = "nearest" | "stochastic";

/** Smaller tensors gain nothing from one byte a weight. */
const smallestSize = 1024;

/**
 * Stores the weights of matrix products and embedding tables as int8, symmetric, with one float32 scale per output
 * channel (per row of an embedding table). Arithmetic stays float32: products read `Cast(w) · scale`, which loaders fold
 * at load; embeddings are gathered as int8 and scaled afterwards, so that the table itself stays small in memory.
 *
 * Heads stay as they are.
 *
 * @param model is changed in place; float16 becomes float32 first.
 * @param rounding `stochastic` for weights that were int8 and then trained: each lies near a whole step, and rounding to the
 *   nearest would undo every change of less than half a step. Up or down by chance (seeded) keeps changes on average.
 * @returns how many tensors were quantised.
 */
export function quantizeWeights(model: ModelProto, rounding: Rounding = "nearest"): number {
  foldHalfWeights(model);
  useFloat32(model);
  bypassIdentities(model);
  const index = new GraphIndex(model.graph);
  let count = 0;
  for (const tensor of [...model.graph.initializer]) {
    if (tensor.dataType !== DataType.FLOAT || dimsOf(tensor).length !== 2 || sizeOf(tensor) < smallestSize) continue;
    if (isOfHead(tensor.name!)) continue;
    const readers = index.consumers(tensor.name!);
    if (readers.length === 0) continue;
    if (readers.every((node) => node.opType === "MatMul" && node.input[1] === tensor.name))
      quantizeFactor(model, tensor, rounding);
    else if (readers.every((node) => gathersRows(node, tensor))) quantizeTable(model, tensor, readers, rounding);
    else continue;
    count++;
  }
  prune(model);
  sortTopologically(model.graph);
  return count;
}

/** Heads are small, and behind them there is nothing that evens out what rounding changes. */
function isOfHead(name: string): boolean {
  return name.startsWith(HEADSTART);
}

function gathersRows(node: NodeProto, table: TensorProto): boolean {
  return node.opType === "Gather" && node.input[0] === table.name && intAttribute(node, "axis", 0) === 0;
}

function quantizeFactor(model: ModelProto, tensor: TensorProto, rounding: Rounding): void {
  const name = tensor.name!;
  const [rows, columns] = dimsOf(tensor);
  const { values, scales } = roundToInt8(floatValues(tensor), rows, columns, "column", rounding);
  replaceInitializer(model, tensor, [
    makeTensor(`${name}_int8`, [rows, columns], values),
    makeTensor(`${name}_scale`, [columns], scales),
  ]);
  model.graph.node.unshift(...scaledWeights(`${name}_int8`, name, `${name}_scale`));
}

function quantizeTable(model: ModelProto, tensor: TensorProto, gathers: NodeProto[], rounding: Rounding): void {
  const name = tensor.name!;
  const [rows, columns] = dimsOf(tensor);
  const { values, scales } = roundToInt8(floatValues(tensor), rows, columns, "row", rounding);
  replaceInitializer(model, tensor, [
    makeTensor(`${name}_int8`, [rows, columns], values),
    makeTensor(`${name}_scale`, [rows, 1], scales),
  ]);
  for (const gather of gathers) {
    const [output, indices] = [gather.output[0], gather.input[1]];
    const nodes = [
      makeNode("Gather", [`${name}_int8`, indices], [`${output}_int8`]),
      makeNode("Gather", [`${name}_scale`, indices], [`${output}_scale`]),
      ...scaledWeights(`${output}_int8`, output, `${output}_scale`),
    ];
    model.graph.node.splice(model.graph.node.indexOf(gather), 1, ...nodes);
  }
}

function replaceInitializer(model: ModelProto, old: TensorProto, replacement: TensorProto[]): void {
  model.graph.initializer.splice(model.graph.initializer.indexOf(old), 1, ...replacement);
}

/**
 * Rounds a matrix to int8 with one scale for each row or column, the largest absolute value over 127.
 * @param weights [rows, columns]. @returns values [rows, columns] and scales [rows] or [columns].
 */
export function roundToInt8(
  weights: Float32Array,
  rows: number,
  columns: number,
  channel: "row" | "column",
  rounding: Rounding = "nearest",
): { values: Int8Array; scales: Float32Array } {
  const byRow = channel === "row";
  const scales = new Float32Array(byRow ? rows : columns);
  const values = new Int8Array(weights.length);
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, i++) {
      const size = Math.abs(weights[i]) / 127;
      if (size > scales[byRow ? r : c]) scales[byRow ? r : c] = size;
    }
  }
  const threshold = rounding === "nearest" ? () => 0.5 : chance();
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, i++) {
      values[i] = Math.floor(weights[i] / (scales[byRow ? r : c] || 1) + threshold());
    }
  }
  return { values, scales };
}

/** Whole steps stay whole: what is this near to one is off by the rounding of float32 alone. */
const wholeTo = 2 ** -16;

/** Numbers in (0, 1), the same ones in every run (Numerical Recipes' linear congruential generator: millions are drawn). */
function chance(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return wholeTo + (state / 2 ** 32) * (1 - 2 * wholeTo);
  };
}
