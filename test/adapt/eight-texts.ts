import { type Adapted, type AdaptOptions, adaptEncoder } from "../../src/adapt/adapt.js";
import type { Recipe } from "../../src/adapt/recipe.js";
import type { Encoder } from "../../src/encoder/encoder.js";
import type { Targets } from "../../src/head/linear.js";
import { encodeModel } from "../../src/onnx/model.js";
import type { ModelProto } from "../../src/onnx/schema.js";
import { floatValues } from "../../src/onnx/tensor.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";

export const wasm = await loadTensorflow({ backend: "wasm" });

/** Eight texts whose labels have nothing to do with their words: only by heart can they be told apart. */
export const eight = ["a film", "the room", "good tea", "no song", "my book", "one view", "food again", "staff"];
export const labels: Targets = { kind: "single-label", classes: 2, labels: Int32Array.of(0, 0, 1, 0, 1, 1, 1, 0) };
export const sets: Targets = {
  kind: "multi-label",
  classes: 3,
  labels: Uint8Array.from([1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0]),
};

/** Enough for eight texts; all that changes the course of training is off. */
export const fast: Recipe = {
  loss: { cosinePairs: 1 },
  learningRate: 3e-3,
  headRate: 1e-2,
  layerDecay: 1,
  steps: 40,
  batchSize: 32,
  warmUp: 0.1,
  weightDecay: 0,
  pull: 0,
  blend: 1,
  clipNorm: 1,
  unfreeze: 0,
};
/** A few steps, of batches that are drawn. */
export const short: Recipe = { ...fast, steps: 6, batchSize: 5 };

/** Adapts to the eight texts on one thread. */
export function adaptToEight(
  encoder: Encoder,
  recipe: Recipe,
  options: Partial<AdaptOptions> = {},
  targets = labels,
): Promise<Adapted> {
  const all = { depth: 2, recipe, random: new Random(3), threads: 1, ...options };
  return adaptEncoder(wasm, encoder, eight, targets, all);
}

/** Float weights by name. */
function weightsOf({ graph }: ModelProto): Map<string, Float32Array> {
  const tensors = graph.initializer.filter(({ dataType }) => dataType === 1);
  return new Map(tensors.map((tensor) => [tensor.name!, floatValues(tensor)]));
}

/** Differences of all weights whose name holds `part`. */
export function changes(before: ModelProto, after: ModelProto, part = ""): number[] {
  const known = weightsOf(before);
  return [...weightsOf(after)].flatMap(([name, values]) =>
    name.includes(part) ? Array.from(values, (value, i) => value - known.get(name)![i]) : [],
  );
}

/** Square root of the sum of squares of all differences. */
export function distance(before: ModelProto, after: ModelProto): number {
  return Math.sqrt(changes(before, after).reduce((sum, value) => sum + value * value, 0));
}

export function sameBytes(a: ModelProto, b: ModelProto): boolean {
  return Buffer.compare(encodeModel(a), encodeModel(b)) === 0;
}
