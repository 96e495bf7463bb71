import { nodesOf } from "./graph.js";
import type { ModelProto } from "./schema.js";
import { toNumber } from "./tensor.js";

const STANDARD = "ai.onnx";

/** From this version of the format on an initializer need not be an input as well. */
const initializersAlone = 4;

/**
 * What can be said in two ways is said in one: the standard domain has no name, and initializers are no inputs.
 * @param model is changed in place.
 */
export function toStandardForm(model: ModelProto): void {
  const { graph, opsetImport } = model;
  for (const named of [...opsetImport, ...nodesOf(graph)]) if (named.domain === STANDARD) named.domain = "";
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  graph.input = graph.input.filter(({ name }) => !initializers.has(name));
  if (toNumber(model.irVersion) < initializersAlone) model.irVersion = initializersAlone;
}
