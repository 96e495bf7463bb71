import { Appender } from "./appender.js";
import { makeNode } from "./graph.js";
import { prune } from "./prune.js";
import { DataType, type ModelProto, type ValueInfoProto } from "./schema.js";
import { makeTensor } from "./tensor.js";

/** How hidden states [B, T, D] become one vector a text. Mean of a text's tokens; the first token; the largest of each unit. */
export type PoolingMode = "mean" | "cls" | "max";

/** The name of the pooled output [B, F] of `appendPooling`, F = D times the number of hidden states. */
export const EMBEDDING = "sentence_embedding";

/** What all names of pooling and heads begin with. */
export const HEADSTART = "headstart/";

/** The constants that `appendHead` stores: weights [F, K], bias [K]. */
export const HEAD = { weight: `${HEADSTART}head/weight`, bias: `${HEADSTART}head/bias` };

/** The name of `appendInScope`'s output [B, 1]; what it adds before that begins with the second. */
export const IN_SCOPE = { output: "in_scope", steps: "headstart/in_scope/" };

const MASK = "attention_mask";

/** The name of a tensor of `appendPooling`, of the k-th hidden state. */
export function poolingStep(k: number, step: string): string {
  return `${HEADSTART}pool_${k}/${step}`;
}

/**
 * Makes the pooled, L2-normalised hidden states the only output of an encoder: each is pooled by itself, scaled to unit
 * length, and they are concatenated in the given order. Since a vector is normalised afterwards, a mean is the same as a sum.
 *
 * @param model is changed in place. @param hiddenStates tensors [B, T, D]. @returns the output's name, `EMBEDDING`.
 */
export function appendPooling(model: ModelProto, hiddenStates: readonly string[], mode: PoolingMode): string {
  const { graph } = model;
  const append = new Appender(model);
  const mask = declareMask(model);
  const pooled = hiddenStates.map((hidden, k) => {
    const name = (step: string) => poolingStep(k, step);
    const float = append.node("Cast", [hidden], name("float"), { to: DataType.FLOAT });
    return append.normalized(poolers[mode](append, float, mask, name), name);
  });
  if (pooled.length > 1) append.node("Concat", pooled, EMBEDDING, { axis: 1 });
  else append.node("Identity", pooled, EMBEDDING);
  graph.output = [floatOutput(EMBEDDING, ["batch_size", "embedding_size"])];
  prune(model);
  return EMBEDDING;
}

/**
 * Puts a linear head behind the pooled output: logits [B, K] = embedding · weights + bias, as the only output `logits`.
 * @param model is changed in place. @param head weights [F, K], bias [K].
 */
export function appendHead(
  model: ModelProto,
  embedding: string,
  head: { featureSize: number; classes: number; weights: Float32Array; bias: Float32Array },
): void {
  const append = new Appender(model);
  const weights = append.constant(makeTensor(HEAD.weight, [head.featureSize, head.classes], head.weights));
  const bias = append.constant(makeTensor(HEAD.bias, [head.classes], head.bias));
  const product = append.node("MatMul", [embedding, weights], "headstart/head/product");
  append.node("Add", [product, bias], "logits");
  model.graph.output = [floatOutput("logits", ["batch_size", head.classes])];
}

/**
 * Adds a second output `in_scope` [B, 1] behind pooling and head: maxₖ embedding · prototypeₖ + logitWeight · maxₖ logitₖ + bias. Loaders that
 * know of `logits` alone pass it by.
 * @param model is changed in place. @param score prototypes [F, K], where there are any.
 */
export function appendInScope(
  model: ModelProto,
  embedding: string,
  score: { prototypes?: Float32Array; logitWeight: number; bias: number },
): void {
  const append = new Appender(model);
  const name = (step: string) => `${IN_SCOPE.steps}${step}`;
  const classes = model.graph.initializer.find((tensor) => tensor.name === HEAD.bias)!.dims[0];
  const logit = append.reduce("ReduceMax", "logits", 1, true, name("logit"));
  let sum = append.node("Mul", [logit, append.scalar(name("weight"), score.logitWeight)], name("weighted"));
  if (score.prototypes) {
    const dims = [score.prototypes.length / Number(classes), Number(classes)];
    const prototypes = append.constant(makeTensor(name("prototypes"), dims, score.prototypes));
    const similarities = append.node("MatMul", [embedding, prototypes], name("similarities"));
    sum = append.node("Add", [sum, append.reduce("ReduceMax", similarities, 1, true, name("similarity"))], name("sum"));
  }
  append.node("Add", [sum, append.scalar(name("bias"), score.bias)], IN_SCOPE.output);
  model.graph.output.push(floatOutput(IN_SCOPE.output, ["batch_size", 1]));
}

/** Whether `appendInScope` was called on a graph. */
export function hasInScope({ graph }: ModelProto): boolean {
  return graph.output.some(({ name }) => name === IN_SCOPE.output);
}

/**
 * The inverse of `appendPooling` and `appendHead`: the deepest hidden states that a classifier pools become its only output.
 * @param model is changed in place. @returns whether pooling and head were there.
 */
export function removeHead(model: ModelProto): boolean {
  const { graph } = model;
  const casts = graph.node.filter(({ output }) => /^headstart\/pool_\d+\/float$/.test(output[0]));
  const deepest = casts.at(-1); // as `appendPooling` put them
  if (!deepest) return false;
  graph.output = [floatOutput(deepest.input[0], ["batch_size", "sequence_length", "hidden_size"])];
  prune(model);
  return true;
}

type Pooler = (append: Appender, hidden: string, mask: string, name: (step: string) => string) => string;

const poolers: Record<PoolingMode, Pooler> = {
  mean(append, hidden, mask, name) {
    const row = append.reshape(mask, [0, 1, -1], name("mask")); // [B, 1, T]
    return append.reshape(append.node("MatMul", [row, hidden], name("sum")), [0, -1], name("pooled")); // [B, D]
  },
  cls(append, hidden, _mask, name) {
    const first = append.constant(makeTensor(name("first"), [], BigInt64Array.of(0n)));
    return append.node("Gather", [hidden, first], name("pooled"), { axis: 1 }); // [B, D]
  },
  max(append, hidden, mask, name) {
    const one = append.scalar(name("one"), 1);
    const far = append.scalar(name("far"), 1e9);
    const column = append.reshape(mask, [0, -1, 1], name("mask")); // [B, T, 1]
    const penalty = append.node("Mul", [append.node("Sub", [one, column], name("padding")), far], name("penalty"));
    const masked = append.node("Sub", [hidden, penalty], name("masked"));
    return append.reduce("ReduceMax", masked, 1, false, name("pooled")); // [B, D]
  },
};

/** The attention mask as float32 [B, T]; declared as an input where the encoder itself does without. */
function declareMask(model: ModelProto): string {
  declareTokens(model, MASK);
  model.graph.node.push(makeNode("Cast", [MASK], ["headstart/mask"], { to: DataType.FLOAT }));
  return "headstart/mask";
}

/** Declares an input with a whole number for each token, [B, T], if there is none of that name. */
export function declareTokens({ graph }: ModelProto, name: string): void {
  if (graph.input.some((input) => input.name === name)) return;
  graph.input.push(tensorInfo(name, DataType.INT64, ["batch_size", "sequence_length"]));
}

/** Declares an output of float32 elements; named dimensions may be of any length. */
export function floatOutput(name: string, dims: (string | number)[]): ValueInfoProto {
  return tensorInfo(name, DataType.FLOAT, dims);
}

function tensorInfo(name: string, elemType: number, dims: (string | number)[]): ValueInfoProto {
  const dim = dims.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
