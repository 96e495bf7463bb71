import { GraphIndex, readsOf } from "./graph.js";
import { cloneModel } from "./model.js";
import { prune } from "./prune.js";
import { DataType, type ModelProto, type NodeProto } from "./schema.js";
import { dimsOf, sizeOf } from "./tensor.js";

/** An encoder in two parts. */
export interface CutEncoder {
  /** The frozen layers: inputs as the encoder's, output the cut tensor. */
  prefix: ModelProto;
  /** The layers behind the cut: the cut tensor is an input beside those of the encoder that are still read. */
  tail: ModelProto;
  /** The weights of the tail's layers, by the names of their initializers. */
  weights: readonly string[];
}

/**
 * Cuts an encoder at a tensor through which all activations go, see `findLayers`.
 * @param model float32 throughout, with one output that depends on the cut; is not changed.
 */
export function cutAt(model: ModelProto, cut: string): CutEncoder {
  const prefix = cloneModel(model);
  prefix.graph.output = [{ name: cut, type: { tensorType: { elemType: DataType.FLOAT } } }];
  prune(prefix);
  const tail = cloneModel(model);
  tail.graph.node = tail.graph.node.filter((node) => !node.output.includes(cut));
  tail.graph.input.push({ name: cut, type: { tensorType: { elemType: DataType.FLOAT } } });
  prune(tail);
  const read = new Set(tail.graph.node.flatMap(readsOf));
  tail.graph.input = tail.graph.input.filter(({ name }) => read.has(name));
  return { prefix, tail, weights: weightsBehind(new GraphIndex(tail.graph), cut) };
}

/**
 * Weights are the float32 initializers that meet the activations, directly or after steps that only rearrange them. Tables
 * that others read (position biases), scalars and what shapes are computed from do not meet them.
 */
function weightsBehind(index: GraphIndex, cut: string): string[] {
  const activations = new Set([cut]);
  const weights = new Set<string>();
  for (const node of index.nodes) {
    if (node.opType === "Shape" || !node.input.some((name) => activations.has(name))) continue;
    for (const name of node.output) activations.add(name);
    for (const name of node.input) if (!activations.has(name)) collect(index, name, weights);
  }
  return [...weights];
}

/** Operators behind which a weight, their first input, is the same weight in another form. */
export const rearranging: ReadonlySet<string> = new Set(["Transpose", "Reshape", "Unsqueeze", "Squeeze", "Identity"]);

function collect(index: GraphIndex, tensor: string, weights: Set<string>): void {
  const initializer = index.initializers.get(tensor);
  if (initializer && !index.producerOf.has(tensor)) {
    const isWeight = initializer.dataType === DataType.FLOAT && dimsOf(initializer).length > 0;
    if (isWeight && sizeOf(initializer) > 1) weights.add(tensor);
    return;
  }
  const node: NodeProto | undefined = index.producer(tensor);
  if (node && rearranging.has(node.opType)) collect(index, node.input[0], weights);
}
