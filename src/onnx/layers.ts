import { OnnxGraphError } from "./errors.js";
import { GraphIndex } from "./graph.js";
import type { ModelProto, NodeProto, ValueInfoProto } from "./schema.js";
import { dimsOf } from "./tensor.js";

/** Where the layers of an encoder begin and end, as names of tensors of shape [B, T, D]. */
export interface EncoderLayers {
  /** What enters layer k; as many as there are layers. */
  readonly inputs: readonly string[];
  /** What leaves the last layer, after a final normalisation if there is one. */
  readonly output: string;
}

/** Operators whose result does not carry the values of their input on: what hangs on them alone is no activation. */
const cutsValues = new Set(["Shape", "Size"]);

/**
 * Finds the layers of an encoder in its graph, without knowing the model's class.
 *
 * Activations run from the largest embedding table to the hidden states. A tensor through which every such path
 * goes is a cut: residual connections leave none inside a layer. Every layer holds one attention (a Softmax or an
 * Attention operator), so the last cut before the k-th attention is what enters layer k.
 *
 * @param hiddenState the output that holds the hidden states, see `hiddenStateOf`.
 * @throws OnnxGraphError when no layers can be told apart.
 */
export function findLayers(model: ModelProto, hiddenState: string): EncoderLayers {
  const index = new GraphIndex(model.graph);
  const source = embeddingOutput(index);
  const path = pathBetween(index, source, hiddenState);
  const cuts = cutsOf(index, path, source);
  const inputs: string[] = [];
  let lastCut = source;
  for (const position of path) {
    const node = model.graph.node[position];
    if (isAttention(node) && lastCut !== inputs.at(-1)) inputs.push(lastCut);
    for (const output of node.output) if (cuts.has(output)) lastCut = output;
  }
  if (inputs.length === 0) throw new OnnxGraphError("No attention was found on the way to the hidden states.");
  return { inputs, output: hiddenState };
}

/** Names that exporters give to the output [B, T, D]. */
const hiddenStateNames = ["last_hidden_state", "token_embeddings", "hidden_states", "last_hidden_states"];

/** The name of the graph's output of hidden states [B, T, D]. @throws OnnxGraphError when there is none. */
export function hiddenStateOf(model: ModelProto): string {
  const outputs = model.graph.output;
  const found =
    outputs.find(({ name }) => hiddenStateNames.includes(name)) ?? outputs.find((output) => rankOf(output) === 3);
  if (found) return found.name;
  const list = outputs.map((output) => `${output.name} (rank ${rankOf(output) ?? "unknown"})`).join(", ");
  throw new OnnxGraphError(
    `The model has no output of hidden states [batch, sequence, size]; its outputs are: ${list}. ` +
      "Export it for feature extraction.",
  );
}

function rankOf(output: ValueInfoProto): number | undefined {
  return output.type?.tensorType?.shape?.dim.length;
}

function isAttention(node: NodeProto): boolean {
  return node.opType === "Softmax" || node.opType === "Attention" || node.opType === "MultiHeadAttention";
}

/** The rows gathered from the largest table by something that depends on the graph's inputs: the word embeddings. */
function embeddingOutput(index: GraphIndex): string {
  let best = { rows: 0, output: "" };
  for (const node of index.nodes) {
    if (node.opType !== "Gather" || index.constant(node.input[1])) continue;
    const table = tableDims(index, node.input[0]);
    if (table?.length === 2 && table[0] > best.rows) best = { rows: table[0], output: node.output[0] };
  }
  if (!best.output) throw new OnnxGraphError("No word-embedding table was found in the graph.");
  return best.output;
}

/** The shape of a constant that may be stored in another type (Cast, DequantizeLinear, Mul by scales). */
function tableDims(index: GraphIndex, tensor: string): number[] | undefined {
  const constant = index.constant(tensor);
  if (constant) return dimsOf(constant);
  const node = index.producer(tensor);
  const passes = ["Cast", "DequantizeLinear", "Mul", "Sub"].includes(node?.opType ?? "");
  return passes ? tableDims(index, node!.input[0]) : undefined;
}

/** Positions of the nodes on the paths of values from one tensor to another, in order. */
function pathBetween(index: GraphIndex, from: string, to: string): number[] {
  const nodes = index.nodes;
  const forward = new Set<string>([from]);
  const reached: number[] = [];
  nodes.forEach((node, position) => {
    if (cutsValues.has(node.opType) || !node.input.some((name) => forward.has(name))) return;
    reached.push(position);
    for (const output of node.output) forward.add(output);
  });
  const backward = new Set<string>([to]);
  const path = reached.reverse().filter((position) => {
    const node = nodes[position];
    if (!node.output.some((name) => backward.has(name))) return false;
    for (const input of node.input) if (forward.has(input)) backward.add(input);
    return true;
  });
  if (!forward.has(to)) throw new OnnxGraphError(`The output ${to} does not depend on the word embeddings.`);
  return path.reverse();
}

/**
 * The tensors through which every path goes. In any topological order the nodes before such a tensor lead to it and
 * those behind it come from it, so it is the only one that is read across its own position.
 */
function cutsOf(index: GraphIndex, path: number[], source: string): Set<string> {
  const onPath = new Set(path);
  const lastRead = (tensor: string) =>
    Math.max(-1, ...(index.consumersOf.get(tensor) ?? []).filter((position) => onPath.has(position)));
  const cuts = new Set<string>([source]);
  let readUntil = lastRead(source);
  for (const position of path) {
    const read = index.nodes[position].output.filter((name) => lastRead(name) >= 0);
    if (readUntil <= position && read.length === 1) cuts.add(read[0]);
    for (const name of read) readUntil = Math.max(readUntil, lastRead(name));
  }
  return cuts;
}
