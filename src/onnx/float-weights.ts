import { useFloat32 } from "./float32.js";
import { foldConstants } from "./fold-constants.js";
import { GraphIndex, intAttribute } from "./graph.js";
import { prune } from "./prune.js";
import { DataType, type ModelProto, type NodeProto } from "./schema.js";
import { dimsOf, floatValues, makeTensor, sizeOf } from "./tensor.js";

const quantized = new Set<number>([DataType.INT8, DataType.UINT8, DataType.FLOAT16]);

/**
 * Stores all weights as float32, whatever they were stored as. Rounding that was done to them stays: the numbers are those that
 * `(Cast(w) − zero point) · scale` gave.
 * @param model is changed in place, what its nodes and tensors hold is replaced. @returns how many tensors became float32.
 */
export function storeFloat32(model: ModelProto): number {
  const before = countQuantized(model);
  useFloat32(model);
  foldConstants(model);
  widenTables(model);
  prune(model);
  return before - countQuantized(model);
}

function countQuantized({ graph }: ModelProto): number {
  return graph.initializer.filter((tensor) => quantized.has(tensor.dataType) && sizeOf(tensor) > 1).length;
}

/** Embedding tables are read row by row and made float32 after that; here the rows are float32 already. */
function widenTables({ graph }: ModelProto): void {
  const index = new GraphIndex(graph);
  const aliases = new Map<string, string>();
  graph.initializer = graph.initializer.map((table) => {
    const gathers = index.consumers(table.name!);
    const readers = gathers.flatMap((node) => index.consumers(node.output[0]));
    if (!quantized.has(table.dataType) || !gathers.every(isGather)) return table;
    const numbers = readers.map((node) => numbersFor(index, node));
    if (numbers.length === 0 || numbers.some((found) => found?.key !== numbers[0]?.key || !found)) return table;
    const { scale, zeroPoint } = numbers[0]!;
    for (const reader of readers) aliases.set(reader.output[0], reader.input[0]);
    const values = floatValues(table).map((value) => (value - zeroPoint) * scale);
    return makeTensor(table.name!, dimsOf(table), values);
  });
  for (const node of graph.node) node.input = node.input.map((name) => aliases.get(name) ?? name);
}

function isGather({ opType }: NodeProto): boolean {
  return opType === "Gather";
}

/** By what a `Cast`, or a `DequantizeLinear` with one scale for all, makes numbers of what a table holds. */
function numbersFor(index: GraphIndex, node: NodeProto) {
  if (node.opType === "Cast" && intAttribute(node, "to", 0) === DataType.FLOAT) {
    return { key: "cast", scale: 1, zeroPoint: 0 };
  }
  const [scale, zeroPoint] = node.input.slice(1).map((name) => index.constant(name));
  if (node.opType !== "DequantizeLinear" || !scale || sizeOf(scale) !== 1) return undefined;
  return {
    key: node.input.slice(1).join(),
    scale: floatValues(scale)[0],
    zeroPoint: zeroPoint ? floatValues(zeroPoint)[0] : 0,
  };
}
