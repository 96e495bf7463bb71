import { EMBEDDING, floatOutput, HEAD } from "./compose.js";
import { makeNode } from "./graph.js";
import { cloneModel } from "./model.js";
import { prune } from "./prune.js";
import type { ModelProto } from "./schema.js";

const OUTPUT = "headstart/shared";
const POOLED = /^headstart\/pool_(\d+)\/normalized$/;

/**
 * Puts the heads of several classifiers behind one encoder: output [B, ΣK + D], the logits of each in the given order, then the deepest
 * pooled layer, of unit length. A classifier on the last layer reads the end of what one on the last three does.
 *
 * @param models graphs that `appendPooling` and `appendHead` made of the same encoder; they are left as they are
 */
export function shareEncoder(models: readonly ModelProto[]): ModelProto {
  const pooled = models.map(pooledLayers);
  const most = Math.max(...pooled.map((layers) => layers.length));
  const base = pooled.findIndex((layers) => layers.length === most);
  const deepest = pooled[base][most - 1];
  const shared = cloneModel(models[base]);
  const logits = models.map((model, at) =>
    moveHead(model, shared, at, pooled[at].length === most ? EMBEDDING : deepest),
  );
  shared.graph.node.push(makeNode("Concat", [...logits, deepest], [OUTPUT], { axis: 1 }));
  shared.graph.output = [floatOutput(OUTPUT, ["batch_size", "logits_and_embedding"])];
  prune(shared);
  return shared;
}

/** The pooled, normalised layers of a saved classifier, shallow to deep. */
function pooledLayers({ graph }: ModelProto): string[] {
  const names = graph.node.map(({ output }) => output[0]).filter((name) => POOLED.test(name));
  return names.sort((a, b) => Number(POOLED.exec(a)![1]) - Number(POOLED.exec(b)![1]));
}

/** Puts the head of a classifier behind the tensor `features` of another graph. @returns the name of its logits, [B, K] */
function moveHead(from: ModelProto, to: ModelProto, at: number, features: string): string {
  const name = (step: string) => `headstart/head_${at}/${step}`;
  for (const step of ["weight", "bias"] as const) {
    const tensor = from.graph.initializer.find((each) => each.name === HEAD[step])!;
    to.graph.initializer.push({ ...tensor, name: name(step) });
  }
  to.graph.node.push(makeNode("MatMul", [features, name("weight")], [name("product")]));
  to.graph.node.push(makeNode("Add", [name("product"), name("bias")], [name("logits")]));
  return name("logits");
}
