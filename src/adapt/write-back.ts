import { rearranging } from "../onnx/cut.js";
import { freshName, GraphIndex } from "../onnx/graph.js";
import { cloneModel } from "../onnx/model.js";
import type { GraphProto, ModelProto, NodeProto } from "../onnx/schema.js";
import { makeTensor } from "../onnx/tensor.js";
import type { Layout } from "./parameters.js";
import type { TailGraphs, TrainableEncoder } from "./tail-graphs.js";

/**
 * The encoder with its trained weights in place, all of its weights float32. Where a frozen layer reads a trained weight
 * too (ALBERT's layers share theirs), the adapted layers get a copy of their own.
 *
 * @param encoder the one that the graphs were derived from; is not changed. @param weights [P], in the order of the layout.
 */
export function writeBack(
  encoder: TrainableEncoder,
  graphs: TailGraphs,
  layout: Layout,
  weights: Float32Array,
): ModelProto {
  const model = cloneModel(encoder.unpooled);
  const { graph } = model;
  const index = new GraphIndex(graph);
  const isFrozen = (node: NodeProto) => node.output.some((name) => graphs.frozen.has(name));
  const shared = layout.filter(({ name }) => index.consumers(name).some(isFrozen));
  const copies = new Map(shared.map(({ name }) => [name, copyName(index, name)]));
  const replaced = new Set(layout.map(({ name }) => name).filter((name) => !copies.has(name)));
  graph.initializer = graph.initializer.filter(({ name }) => !replaced.has(name!));
  for (const { name, dims, start, end } of layout) {
    graph.initializer.push(makeTensor(copies.get(name) ?? name, dims, weights.slice(start, end)));
  }
  readCopies(graph, index, copies, isFrozen);
  return model;
}

/** Nodes that are not frozen read the copies. What brings a weight into another form for frozen and other layers alike is copied too. */
function readCopies(
  graph: GraphProto,
  index: GraphIndex,
  copies: Map<string, string>,
  isFrozen: (node: NodeProto) => boolean,
): void {
  graph.node = graph.node.flatMap((node) => {
    const input = node.input.map((name) => copies.get(name) ?? name);
    if (!isFrozen(node)) return [{ ...node, input }];
    if (!rearranging.has(node.opType) || !copies.has(node.input[0])) return [node];
    const [output] = node.output;
    const copy = copyName(index, output);
    copies.set(output, copy);
    return [node, { ...node, name: copy, input, output: [copy] }];
  });
}

function copyName(index: GraphIndex, name: string): string {
  return freshName(index, `${name}/adapted`);
}
