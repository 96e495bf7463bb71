import { makeNode } from "../onnx/graph.js";
import { encodeModel } from "../onnx/model.js";
import { DataType, type ModelProto } from "../onnx/schema.js";
import { openTensorSession } from "../runtime/onnxruntime.js";
import type { OpenRecipe } from "./recipe.js";
import type { TailGraphs } from "./tail-graphs.js";
import { runTokens } from "./tail-session.js";

/** What an adaptation will take, before any of it is done. */
export interface AdaptationCost {
  steps: number;
  /** Weights that are trained. */
  parameters: number;
  seconds: number;
  /** To embed all texts once with the layers that are trained. */
  lookSeconds: number;
  peakBytes: number;
}

/** Of the speed of one large product, reached by the layers forward and backward: see scripts/adapt-speed.ts. */
const shareOfLimit = 0.7;
/** Node, onnxruntime and the encoder's own session. */
const baseBytes = 450 * 2 ** 20;
/** Weights, gradients, their sum over micro-batches, two moments, and onnxruntime's packed copies. */
const copiesOfWeights = 6;

/**
 * Estimates from the sizes of the weights, the lengths of the texts and a short measurement of this machine.
 * @param lengths of the N texts, in tokens. @param layers of the whole encoder. @param hiddenSize D. @param flops of this machine, measured
 *   where not given
 */
export async function adaptationCost(
  graphs: TailGraphs,
  recipe: OpenRecipe,
  lengths: readonly number[],
  { layers, hiddenSize, threads, flops }: { layers: number; hiddenSize: number; threads: number; flops?: number },
): Promise<AdaptationCost> {
  const sizes = [...graphs.weights.values()].map(({ data, dims }) => ({
    size: data.length,
    isMatrix: dims.length > 1,
  }));
  const parameters = sizes.reduce((sum, { size }) => sum + size, 0);
  const products = sizes.reduce((sum, { size, isMatrix }) => sum + (isMatrix ? size : 0), 0);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const batch = Math.min(recipe.batchSize, lengths.length);
  const tokensInStep = (batch * tokens) / lengths.length;
  const trained = recipe.steps * tokensInStep * 2 * products * 3; // forward, and two products for one backward
  const frozen = tokens * 2 * (products / graphs.depth) * (layers - graphs.depth);
  const optimiser = recipe.steps * parameters * optimiserSeconds;
  const speed = shareOfLimit * (flops ?? (await productSpeed(threads)));
  const seconds = (trained + frozen) / speed + optimiser;
  const lookSeconds = (tokens * 2 * products) / speed;
  const kept = Math.min(Math.max(tokensInStep, Math.max(...lengths)), 2 * runTokens) * bytesKept(graphs, hiddenSize);
  const hidden = Math.min(tokens * hiddenSize * 4, 512 * 2 ** 20);
  const peakBytes = baseBytes + copiesOfWeights * 4 * parameters + 2 * kept + hidden;
  return { steps: recipe.steps, parameters, seconds, lookSeconds, peakBytes };
}

/** For one weight in one step, measured. */
const optimiserSeconds = 1.5e-9;

/** Bytes that one token leaves behind for the way back. */
function bytesKept({ saved }: TailGraphs, hiddenSize: number): number {
  const perToken = [...saved.values()].map((shape) => {
    const size = shape.reduce((product, [small]) => product * small, 1);
    return (4 * size) / (2 * 5); // the smaller probe: 2 texts of 5 tokens
  });
  return Math.max(
    4 * hiddenSize,
    perToken.reduce((sum, bytes) => sum + bytes, 0),
  );
}

/** Floating-point operations a second of one large MatMul on this machine. */
export async function productSpeed(threads: number): Promise<number> {
  const size = 768;
  const session = await openTensorSession(encodeModel(squareProduct(size)), threads);
  const matrix = { data: new Float32Array(size * size).fill(0.5), dims: [size, size] };
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const startMs = performance.now();
    await session.run({ a: matrix, b: matrix });
    best = Math.min(best, performance.now() - startMs);
  }
  await session.dispose();
  return (2 * size ** 3) / (best / 1000);
}

function squareProduct(size: number): ModelProto {
  const dim = [{ dimValue: size }, { dimValue: size }];
  const value = (name: string) => ({ name, type: { tensorType: { elemType: DataType.FLOAT, shape: { dim } } } });
  return {
    irVersion: 8,
    opsetImport: [{ version: 13 }],
    graph: {
      name: "product",
      node: [makeNode("MatMul", ["a", "b"], ["c"])],
      initializer: [],
      input: [value("a"), value("b")],
      output: [value("c")],
      valueInfo: [],
    },
  };
}
