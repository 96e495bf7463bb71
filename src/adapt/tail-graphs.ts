import { differentiate } from "../autodiff/backward.js";
import { MissingRuleError } from "../autodiff/errors.js";
import { partition } from "../autodiff/partition.js";
import { type GraphFacts, probeGraph } from "../autodiff/probe.js";
import type { Shape } from "../autodiff/shape.js";
import { appendPooling, EMBEDDING, type PoolingMode } from "../onnx/compose.js";
import { cutAt } from "../onnx/cut.js";
import { OnnxGraphError } from "../onnx/errors.js";
import { useFloat32 } from "../onnx/float32.js";
import { foldConstants } from "../onnx/fold-constants.js";
import { GraphIndex } from "../onnx/graph.js";
import { findLayers, hiddenStateOf } from "../onnx/layers.js";
import { cloneModel, encodeModel, opsetOf } from "../onnx/model.js";
import { raiseOpset } from "../onnx/raise-opset.js";
import { DataType, type ModelProto, type TensorProto } from "../onnx/schema.js";
import { dimsOf, floatValues } from "../onnx/tensor.js";
import { shareRows } from "./share-rows.js";

/** A weight of the adapted layers: `data` is what training changes. */
export interface Weight {
  dims: readonly number[];
  data: Float32Array;
}

/** The layers that are adapted, forward and backward. */
export interface TrainedGraphs {
  /** Gives `EMBEDDING` [B, D] and the tensors of `saved`. */
  forward: Uint8Array;
  /** Gives dL/dW, see `gradients`, from `saved`, the weights and `cotangent` = dL/dE [B, D]. */
  backward: Uint8Array;
  cut: string;
  cotangent: string;
  saved: ReadonlyMap<string, Shape>;
  /** The name of the backward graph's output for each weight. */
  gradients: ReadonlyMap<string, string>;
  weights: ReadonlyMap<string, Weight>;
  /** Whether several texts may lie in one row, and `EMBEDDING` is [B·T, D]: see `shareRows`. */
  sharesRows: boolean;
}

/** An encoder ready to be adapted: frozen layers, and the layers behind them. */
export interface TailGraphs extends TrainedGraphs {
  /** How many of the last layers are adapted. */
  depth: number;
  /** Graph of the frozen part, which shares the weights of the encoder; its one output is `cut` [B, T, D]. */
  prefix: ModelProto;
  /** The layer that reads a weight last, from 0 for the first of the encoder. */
  layerOf: ReadonlyMap<string, number>;
  /** What the frozen part computes: nodes that make these tensors keep the weights that they had. */
  frozen: ReadonlySet<string>;
}

const cotangent = "grad/embedding";

/** An encoder in the form that is differentiated: float32 throughout, weights as plain constants, pooled. */
export interface TrainableEncoder {
  model: ModelProto;
  /** The same without pooling: trained weights are written into it. */
  unpooled: ModelProto;
  /** The same for training: where it can be, several texts may lie in a row. */
  trained: ModelProto;
  sharesRows: boolean;
  layerInputs: readonly string[];
  /** Of `trained`. */
  facts: GraphFacts;
}

/** Before it a product of two matrices wants a third to add, and padding is an attribute. */
const lowestOpset = 11;

/**
 * Brings an encoder into the form that is differentiated.
 * @param encoder its weights may be float16 or quantised (they are dequantised); is not changed.
 * @throws OnnxGraphError for an operator set before 11.
 */
export async function prepareEncoder(encoder: ModelProto, pooling: PoolingMode): Promise<TrainableEncoder> {
  const opset = opsetOf(encoder);
  if (opset < lowestOpset) {
    const why = `The encoder is of operator set ${opset}, and adaptation needs ${lowestOpset} or later.`;
    throw new OnnxGraphError(`${why} Export it again, or keep it frozen.`);
  }
  const unpooled = floatEncoder(encoder);
  const model = cloneModel(unpooled);
  const { inputs, output } = findLayers(model, hiddenStateOf(model));
  appendPooling(model, [output], pooling);
  const facts = await probeGraph(model);
  const trained = cloneModel(model);
  const sharesRows = pooling === "mean" && shareRows(trained, facts.shapes);
  const ofTrained = sharesRows ? await probeGraph(trained) : facts;
  return { model, unpooled, trained, sharesRows, layerInputs: inputs, facts: ofTrained };
}

/** A copy that computes in float32 with float32 weights, in an operator set in which every rule can be written. */
export function floatEncoder(encoder: ModelProto): ModelProto {
  const model = cloneModel(encoder);
  useFloat32(model);
  foldConstants(model);
  raiseOpset(model);
  return model;
}

/**
 * Derives the graphs that adapt the last layers.
 * @param depth from 1 to the number of layers.
 * @throws MissingRuleError naming the operator, the node and the deepest depth that works.
 */
export function tailGraphs(encoder: TrainableEncoder, depth: number): TailGraphs {
  try {
    return derive(encoder, depth);
  } catch (error) {
    if (!(error instanceof MissingRuleError)) throw error;
    throw new MissingRuleError(error.opType, error.node, error.problem, deepest(encoder, depth - 1));
  }
}

function deepest(encoder: TrainableEncoder, upTo: number): number {
  for (let depth = upTo; depth > 0; depth--) {
    try {
      derive(encoder, depth);
      return depth;
    } catch (error) {
      if (!(error instanceof MissingRuleError)) throw error;
    }
  }
  return 0;
}

function derive(
  { model, trained: whole, sharesRows, layerInputs, facts }: TrainableEncoder,
  depth: number,
): TailGraphs {
  const cut = layerInputs[layerInputs.length - depth];
  const { prefix } = cutAt(model, cut);
  const { tail, weights: names } = cutAt(whole, cut);
  const request = { output: EMBEDDING, cotangent, wrt: names, facts, opset: opsetOf(model) };
  const gradient = differentiate(new GraphIndex(tail.graph), request);
  const trained = names.filter((name) => gradient.gradients.has(name));
  const tensors = takeOut(tail, new Set(trained));
  const { forward, backward, saved } = partition(tail, gradient, { ...request, shapes: facts.shapes });
  return {
    depth,
    prefix,
    forward: encodeModel(forward),
    backward: encodeModel(backward),
    cut,
    cotangent,
    saved: new Map(saved.map((name) => [name, facts.shapes.get(name)!])),
    gradients: gradient.gradients,
    weights: new Map(tensors.map((tensor) => [tensor.name!, { dims: dimsOf(tensor), data: floatValues(tensor) }])),
    sharesRows,
    layerOf: layersOf(new GraphIndex(model.graph), layerInputs, trained),
    frozen: new Set(prefix.graph.node.flatMap((node) => node.output)),
  };
}

/** Layers lie one behind the other in the order of the nodes; a weight belongs to the layer of its last reader. */
function layersOf(index: GraphIndex, layerInputs: readonly string[], names: readonly string[]): Map<string, number> {
  const starts = layerInputs.map((input) => index.producerOf.get(input) ?? -1);
  return new Map(
    names.map((name) => {
      const reader = index.consumersOf.get(name)!.at(-1)!;
      return [name, starts.filter((start) => start < reader).length - 1];
    }),
  );
}

/** Makes weights inputs of the graph, so that they can change between runs. */
function takeOut({ graph }: ModelProto, names: ReadonlySet<string>): TensorProto[] {
  const taken = graph.initializer.filter(({ name }) => names.has(name!));
  graph.initializer = graph.initializer.filter(({ name }) => !names.has(name!));
  for (const tensor of taken) {
    const dim = dimsOf(tensor).map((dimValue) => ({ dimValue }));
    graph.input.push({ name: tensor.name!, type: { tensorType: { elemType: DataType.FLOAT, shape: { dim } } } });
  }
  return taken;
}
