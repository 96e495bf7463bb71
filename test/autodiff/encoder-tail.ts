import { differentiate } from "../../src/autodiff/backward.js";
import { partition } from "../../src/autodiff/partition.js";
import { type GraphFacts, probeGraph } from "../../src/autodiff/probe.js";
import { appendPooling, EMBEDDING } from "../../src/onnx/compose.js";
import { cutAt } from "../../src/onnx/cut.js";
import { useFloatArithmetic } from "../../src/onnx/float-arithmetic.js";
import { useFloat32 } from "../../src/onnx/float32.js";
import { foldConstants } from "../../src/onnx/fold-constants.js";
import { GraphIndex } from "../../src/onnx/graph.js";
import { findLayers, hiddenStateOf } from "../../src/onnx/layers.js";
import { readModel } from "../../src/onnx/model.js";
import { raiseOpset } from "../../src/onnx/raise-opset.js";
import { DataType, type ModelProto } from "../../src/onnx/schema.js";
import { dimsOf, floatValues } from "../../src/onnx/tensor.js";
import { encoders } from "../encoder/oracle.js";
import { type Feeds, openGraph, type Precision, type Values } from "./run-graph.js";

/** An encoder in the form that is differentiated: float32, weights as plain constants, mean-pooled. */
export interface PreparedEncoder {
  model: ModelProto;
  opset: number;
  layerInputs: readonly string[];
  facts: GraphFacts;
  /** The constant that a stored weight is differentiated as: another one where it was float16 or quantised. */
  trainedNames: ReadonlyMap<string, string>;
}

export async function prepareEncoder(file: string): Promise<PreparedEncoder> {
  const model = await readModel(encoders + file);
  useFloatArithmetic(model);
  useFloat32(model);
  const trainedNames = followDequantization(new GraphIndex(model.graph));
  foldConstants(model);
  const opset = raiseOpset(model);
  const { inputs, output } = findLayers(model, hiddenStateOf(model));
  appendPooling(model, [output], "mean");
  return { model, opset, layerInputs: inputs, facts: await probeGraph(model), trainedNames };
}

/** From each initializer to the end of what is computed of constants alone. */
function followDequantization(index: GraphIndex): Map<string, string> {
  const constant = new Set(index.initializers.keys());
  const names = new Map<string, string>();
  for (const node of index.nodes) {
    if (!["Cast", "Sub", "Mul"].includes(node.opType) || !node.input.every((name) => constant.has(name))) continue;
    constant.add(node.output[0]);
    names.set(node.input[0], node.output[0]);
  }
  const end = (name: string): string => (names.has(name) ? end(names.get(name)!) : name);
  return new Map([...constant].map((name) => [name, end(name)]));
}

/** The last layers of an encoder, forward and backward on one batch. */
export interface EncoderTail {
  /** Changing them changes what the next run computes. */
  weights: ReadonlyMap<string, Values>;
  /** @returns [B, D]. */
  embed(): Promise<Values>;
  /** Σ dE·E by each weight, at the weights of the last call of `embed`. */
  gradients(dE: ArrayLike<number>): Promise<ReadonlyMap<string, Values>>;
  dispose(): Promise<void>;
}

/** Opens the last `depth` layers behind the hidden states that the layers before give for a batch. */
export async function openTail(
  { model, opset, layerInputs, facts }: PreparedEncoder,
  depth: number,
  batch: Record<string, number[][]>,
  precision: Precision = "float32",
): Promise<EncoderTail> {
  const cut = layerInputs[layerInputs.length - depth];
  const { prefix, tail, weights: names } = cutAt(model, cut);
  const request = { output: EMBEDDING, cotangent: "dE", wrt: names, facts, opset };
  const gradient = differentiate(new GraphIndex(tail.graph), request);
  const weights = takeOut(tail, names);
  const step = partition(tail, gradient, { ...request, shapes: facts.shapes });
  const [forward, backward] = [await openGraph(step.forward, precision), await openGraph(step.backward, precision)];
  const feeds = batchFeeds(batch);
  const frozen = await openGraph(prefix, precision);
  feeds[cut] = (await frozen.run(feeds))[cut];
  await frozen.dispose();
  let results: Record<string, Values> = {};
  return {
    weights,
    async embed() {
      results = await forward.run({ ...feeds, ...Object.fromEntries(weights) });
      return results[EMBEDDING];
    },
    async gradients(dE) {
      const cotangent = { data: Float64Array.from(dE), dims: results[EMBEDDING].dims };
      const found = await backward.run({ ...feeds, ...Object.fromEntries(weights), ...results, dE: cotangent });
      return new Map([...gradient.gradients].map(([weight, name]) => [weight, found[name]]));
    },
    async dispose() {
      await forward.dispose();
      await backward.dispose();
    },
  };
}

/** Makes the weights inputs of the graph. */
function takeOut({ graph }: ModelProto, names: readonly string[]): Map<string, Values> {
  const taken = new Map<string, Values>();
  graph.initializer = graph.initializer.filter((tensor) => {
    if (!names.includes(tensor.name!)) return true;
    taken.set(tensor.name!, { data: Float64Array.from(floatValues(tensor)), dims: dimsOf(tensor) });
    return false;
  });
  for (const name of names) graph.input.push({ name, type: { tensorType: { elemType: DataType.FLOAT } } });
  return taken;
}

function batchFeeds(batch: Record<string, number[][]>): Feeds {
  return Object.fromEntries(
    Object.entries(batch).map(([name, rows]) => {
      return [name, { data: BigInt64Array.from(rows.flat(), BigInt), dims: [rows.length, rows[0].length] }];
    }),
  );
}
