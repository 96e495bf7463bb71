import { type BackwardGraph, differentiate } from "../../src/autodiff/backward.js";
import { fixedShape } from "../../src/autodiff/shape.js";
import { GraphIndex } from "../../src/onnx/graph.js";
import type { GraphProto, NodeProto } from "../../src/onnx/schema.js";
import { Random } from "../../src/random.js";
import { openVjp } from "./check-vjp.js";
import { drawFeeds, type VjpCase } from "./vjp-case.js";

/** The gradients of the sum of a result. */
export async function gradientsOf(vjpCase: VjpCase): Promise<number[][]> {
  const { forward, backward, output, gradients } = await openVjp(vjpCase, vjpCase.opsets[0]);
  const feeds = drawFeeds(vjpCase, { B: 2, T: 2 }, new Random(1));
  const results = await forward.run(feeds);
  const { data, dims } = results[output];
  const found = await backward.run({ ...feeds, ...results, c: { data: data.map(() => 1), dims } });
  await forward.dispose();
  await backward.dispose();
  return [...gradients.values()].map((name) => [...found[name].data]);
}

export function graphOf(node: NodeProto[]): GraphProto {
  return { node, initializer: [], input: [], output: [], valueInfo: [] };
}

/** Differentiates y of a graph whose tensors all are [2, 3]. */
export function gradientNodes(node: NodeProto[], wrt: string[]): BackwardGraph {
  const tensors = node.flatMap(({ input, output }) => [...input, ...output]);
  const shapes = new Map(tensors.map((name) => [name, fixedShape([2, 3])]));
  const facts = { shapes, constants: new Map(), booleans: new Set<string>() };
  return differentiate(new GraphIndex(graphOf(node)), { output: "y", cotangent: "dy", wrt, facts, opset: 17 });
}
