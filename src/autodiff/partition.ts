import { GraphIndex, readsOf, sortTopologically } from "../onnx/graph.js";
import { prune } from "../onnx/prune.js";
import { DataType, type GraphProto, type ModelProto, type NodeProto, type ValueInfoProto } from "../onnx/schema.js";
import type { BackwardGraph } from "./backward.js";
import { isFixed, type Shape, sameShape } from "./shape.js";

/** A training step as two graphs that are run one after the other; between them the loss is computed elsewhere. */
export interface StepGraphs {
  /** Gives the output, and `saved`. */
  forward: ModelProto;
  /** Takes `saved`, the inputs, the weights and the gradient of the output; gives the gradients. */
  backward: ModelProto;
  /** Tensors of the forward graph that the backward graph reads. */
  saved: readonly string[];
}

/**
 * Operators whose results cost more to compute again than to keep. The backward graph computes the rest again from them: sums,
 * normalisations and activation functions, whose results would fill the memory for little arithmetic.
 */
const costly = new Set(["MatMul", "Gemm", "Softmax", "Attention", "Conv"]);

/**
 * Splits forward and backward computation at the tensors that are worth keeping.
 *
 * @param model the forward graph, with weights and inputs declared as graph inputs; is not changed.
 * @param output the forward graph's output. @param cotangent name of the backward graph's input dL/d(output).
 */
export function partition(
  model: ModelProto,
  gradient: BackwardGraph,
  { output, cotangent, shapes }: { output: string; cotangent: string; shapes: ReadonlyMap<string, Shape> },
): StepGraphs {
  const { saved, recomputed } = split(new GraphIndex(model.graph), gradient, shapes);
  const float = (name: string) => tensorInfo(name, shapes.get(name));
  const forward = withGraph(model, { output: [output, ...saved].map(float) });
  const outputs = [...gradient.gradients].map(([tensor, name]) => tensorInfo(name, shapes.get(tensor)));
  const backward = withGraph(model, {
    node: [...recomputed, ...gradient.nodes],
    initializer: [...model.graph.initializer, ...gradient.initializers],
    input: [...model.graph.input, ...saved.map(float), tensorInfo(cotangent, shapes.get(output))],
    output: outputs,
  });
  for (const part of [forward, backward]) {
    prune(part);
    sortTopologically(part.graph);
    dropUnreadInputs(part.graph);
  }
  return { forward, backward, saved };
}

/** What of the forward graph the gradients read: kept where it is worth it, else computed again. */
function split(
  index: GraphIndex,
  gradient: BackwardGraph,
  shapes: ReadonlyMap<string, Shape>,
): { saved: string[]; recomputed: NodeProto[] } {
  const needed = new Set(neededNodes(gradient).flatMap(readsOf));
  for (const name of gradient.gradients.values()) needed.add(name);
  const isWorthKeeping = (node: NodeProto): boolean => costly.has(node.opType) || addsToCostly(node);
  // A product plus bias or residual, where nothing else reads the product: as large, and less is left to compute again.
  const addsToCostly = ({ opType, input, output: [sum] }: NodeProto): boolean =>
    opType === "Add" &&
    input.some((name) => {
      const producer = index.producer(name);
      if (!producer || needed.has(name) || index.consumers(name).length > 1) return false;
      return sameShape(shapes.get(name)!, shapes.get(sum)!) && isWorthKeeping(producer);
    });
  const saved = new Set<string>();
  const recomputed: NodeProto[] = [];
  for (const node of [...index.nodes].reverse()) {
    const read = node.output.filter((name) => needed.has(name));
    if (read.length === 0) continue;
    if (isWorthKeeping(node)) {
      for (const name of read) saved.add(name);
      continue;
    }
    recomputed.unshift(node);
    for (const name of readsOf(node)) needed.add(name);
  }
  return { saved: [...saved], recomputed };
}

/** The gradient's nodes without those that lead to nothing that was asked for. */
function neededNodes({ nodes, gradients }: BackwardGraph): NodeProto[] {
  const needed = new Set(gradients.values());
  return [...nodes].reverse().filter((node) => {
    if (!node.output.some((name) => needed.has(name))) return false;
    for (const name of node.input) needed.add(name);
    return true;
  });
}

function withGraph(model: ModelProto, changes: Partial<GraphProto>): ModelProto {
  const { node, initializer, input } = model.graph;
  const graph = { ...model.graph, node: [...node], initializer: [...initializer], input: [...input], valueInfo: [] };
  return { ...model, graph: { ...graph, ...changes } };
}

function dropUnreadInputs(graph: GraphProto): void {
  const read = new Set(graph.node.flatMap(readsOf));
  for (const { name } of graph.output) read.add(name);
  graph.input = graph.input.filter(({ name }) => read.has(name));
}

function tensorInfo(name: string, shape: Shape | undefined): ValueInfoProto {
  const dim = shape?.map((size, axis) => (isFixed(size) ? { dimValue: size[0] } : { dimParam: `${name}_${axis}` }));
  return { name, type: { tensorType: { elemType: DataType.FLOAT, shape: dim && { dim } } } };
}
