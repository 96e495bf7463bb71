import { GraphIndex } from "./graph.js";
import type { ModelProto } from "./schema.js";

/**
 * Lets nodes read what an `Identity` copies: exporters put one before each further use of a shared weight. In place; one stays where an output of the graph
 * or the branch of an `If` knows it by name.
 */
export function bypassIdentities({ graph }: ModelProto): void {
  const index = new GraphIndex(graph);
  const aliases = new Map<string, string>();
  graph.node = graph.node.filter((node) => {
    node.input = node.input.map((name) => aliases.get(name) ?? name);
    if (node.opType !== "Identity") return true;
    aliases.set(node.output[0], node.input[0]);
    return isReadByName(index, node.output[0]);
  });
}

function isReadByName(index: GraphIndex, tensor: string): boolean {
  const readInside = index.consumers(tensor).some((node) => !node.input.includes(tensor));
  return readInside || index.graph.output.some(({ name }) => name === tensor);
}
