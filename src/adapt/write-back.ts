import { freshName, GraphIndex } from "../onnx/graph.js";
import { cloneModel } from "../onnx/model.js";
import type { ModelProto } from "../onnx/schema.js";
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
  const isFrozen = (outputs: readonly string[]) => outputs.some((name) => graphs.frozen.has(name));
  for (const { name, dims, start, end } of layout) {
    const values = weights.slice(start, end);
    const shared = graph.node.some((node) => node.input.includes(name) && isFrozen(node.output));
    const target = shared ? freshName(new GraphIndex(graph), `${name}/adapted`) : name;
    if (shared) {
      for (const node of graph.node) {
        if (!isFrozen(node.output)) node.input = node.input.map((input) => (input === name ? target : input));
      }
    } else graph.initializer = graph.initializer.filter((tensor) => tensor.name !== name);
    graph.initializer.push(makeTensor(target, dims, values));
  }
  return model;
}
