import { readsOf } from "./graph.js";
import type { ModelProto } from "./schema.js";

/** Drops the nodes, constants and declarations that the graph's outputs do not need; inputs stay declared. In place. */
export function prune(model: ModelProto): void {
  const { graph } = model;
  const needed = new Set(graph.output.map((output) => output.name));
  const kept = [...graph.node].reverse().filter((node) => {
    if (!node.output.some((name) => needed.has(name))) return false;
    for (const name of readsOf(node)) needed.add(name);
    return true;
  });
  graph.node = kept.reverse();
  graph.initializer = graph.initializer.filter((tensor) => needed.has(tensor.name!));
  graph.valueInfo = graph.valueInfo.filter((value) => needed.has(value.name));
}
