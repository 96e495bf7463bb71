import { EMBEDDING, floatOutput, HEAD, hasInScope, IN_SCOPE } from "./compose.js";
import { makeNode } from "./graph.js";
import { cloneModel } from "./model.js";
import { prune } from "./prune.js";
import type { ModelProto } from "./schema.js";

const OUTPUT = "headstart/shared";
const POOLED = /^headstart\/pool_(\d+)\/normalized$/;

/**
 * Puts the heads of several classifiers behind one encoder. Output [B, ΣW + D]: of each in the given order its logits and, where it has one, its `in_scope`
 * score (W = K or K + 1), then the deepest pooled layer, of unit length. A classifier on the last layer reads the end of what one on the last three does.
 *
 * @param models graphs that `appendPooling`, `appendHead` and `appendInScope` made of the same encoder; they are left as they are
 */
export function shareEncoder(models: readonly ModelProto[]): ModelProto {
  const pooled = models.map(pooledLayers);
  const most = Math.max(...pooled.map((layers) => layers.length));
  const base = pooled.findIndex((layers) => layers.length === most);
  const deepest = pooled[base][most - 1];
  const shared = cloneModel(models[base]);
  const outputs = models.flatMap((model, at) =>
    moveHead(model, shared, at, pooled[at].length === most ? EMBEDDING : deepest),
  );
  shared.graph.node.push(makeNode("Concat", [...outputs, deepest], [OUTPUT], { axis: 1 }));
  shared.graph.output = [floatOutput(OUTPUT, ["batch_size", "outputs_and_embedding"])];
  prune(shared);
  return shared;
}

/** The pooled, normalised layers of a saved classifier, shallow to deep. */
function pooledLayers({ graph }: ModelProto): string[] {
  const names = graph.node.map(({ output }) => output[0]).filter((name) => POOLED.test(name));
  return names.sort((a, b) => Number(POOLED.exec(a)![1]) - Number(POOLED.exec(b)![1]));
}

/** Puts the head of a classifier behind the tensor `features` of another graph. @returns its logits [B, K] and, if any, its score [B, 1] */
function moveHead(from: ModelProto, to: ModelProto, at: number, features: string): string[] {
  const name = (step: string) => `headstart/head_${at}/${step}`;
  for (const step of ["weight", "bias"] as const) {
    const tensor = from.graph.initializer.find((each) => each.name === HEAD[step])!;
    to.graph.initializer.push({ ...tensor, name: name(step) });
  }
  to.graph.node.push(makeNode("MatMul", [features, name("weight")], [name("product")]));
  to.graph.node.push(makeNode("Add", [name("product"), name("bias")], [name("logits")]));
  if (!hasInScope(from)) return [name("logits")];
  const moved = new Map([
    ["logits", name("logits")],
    [EMBEDDING, features],
    [IN_SCOPE.output, name(IN_SCOPE.output)],
  ]);
  return [name("logits"), moveScore(from, to, (tensor) => moved.get(tensor) ?? name(tensor))];
}

/** @param renamed what a tensor is called in the other graph. @returns the name of the score */
function moveScore(from: ModelProto, to: ModelProto, renamed: (tensor: string) => string): string {
  const isOfScore = (tensor: string) => tensor === IN_SCOPE.output || tensor.startsWith(IN_SCOPE.steps);
  for (const constant of from.graph.initializer.filter((each) => isOfScore(each.name!))) {
    to.graph.initializer.push({ ...constant, name: renamed(constant.name!) });
  }
  for (const node of from.graph.node.filter(({ output }) => isOfScore(output[0]))) {
    const [output] = node.output.map(renamed);
    to.graph.node.push({ ...node, name: output, input: node.input.map(renamed), output: [output] });
  }
  return renamed(IN_SCOPE.output);
}
