import { describe, expect, it } from "vitest";
import { appendPooling, EMBEDDING } from "../../src/onnx/compose.js";
import { cutAt } from "../../src/onnx/cut.js";
import { foldConstants } from "../../src/onnx/fold-constants.js";
import { findLayers, hiddenStateOf } from "../../src/onnx/layers.js";
import { encodeModel, readModel } from "../../src/onnx/model.js";
import type { ModelProto } from "../../src/onnx/schema.js";
import { type NamedTensor, openTensorSession } from "../../src/runtime/onnxruntime.js";
import { encoders, largestDifference, oracles } from "../encoder/oracle.js";

/** An encoder with its weights as plain constants, mean-pooled, and what enters its layers. */
async function pooledEncoder(family: string) {
  const model = await readModel(`${encoders}${family}/onnx/model.onnx`);
  foldConstants(model);
  const { inputs, output } = findLayers(model, hiddenStateOf(model));
  appendPooling(model, [output], "mean");
  return { model, inputs };
}

const ids = BigInt64Array.from([2n, 7n, 12n, 3n, 2n, 9n, 3n, 0n]);
const mask = BigInt64Array.from([1n, 1n, 1n, 1n, 1n, 1n, 1n, 0n]);

async function run(model: ModelProto, more: Record<string, NamedTensor> = {}) {
  const session = await openTensorSession(encodeModel(model), 1);
  const inputs = { input_ids: ids, attention_mask: mask, token_type_ids: ids.map(() => 0n) };
  const feeds = Object.entries(inputs).map(([name, data]) => [name, { data, dims: [2, 4] }] as const);
  const results = await session.run({ ...Object.fromEntries(feeds), ...more });
  await session.dispose();
  return results;
}

describe("cutAt", () => {
  it.each(Object.keys(oracles))("makes two parts of %s that give what the whole gives", async (family) => {
    const { model, inputs } = await pooledEncoder(family);
    const wanted = (await run(model))[EMBEDDING].data as Float32Array;
    for (const cut of inputs) {
      const { prefix, tail } = cutAt(model, cut);
      const hidden = (await run(prefix))[cut] as NamedTensor;
      const found = (await run(tail, { [cut]: hidden }))[EMBEDDING].data as Float32Array;
      expect(largestDifference(found, wanted)).toBeLessThan(1e-6);
    }
  });

  it("leaves the weights of the last layers to the tail alone", async () => {
    const { model, inputs } = await pooledEncoder("bert");
    const { prefix, tail, weights } = cutAt(model, inputs[1]);
    expect(weights).toHaveLength(2 * 16);
    expect(weights.filter((name) => /layer\.0|embeddings/.test(name))).toEqual([]);
    const names = ({ graph }: ModelProto) => new Set(graph.initializer.map(({ name }) => name!));
    expect(weights.filter((name) => names(prefix).has(name))).toEqual([]);
    expect(weights.filter((name) => !names(tail).has(name))).toEqual([]);
    expect(tail.graph.input.map(({ name }) => name)).toEqual(["input_ids", "attention_mask", inputs[1]]);
  });

  it.each([
    ["mpnet", "a table of position biases that all layers share", /relative_attention_bias/],
    ["deberta-v2", "relative position embeddings that all layers share", /rel_embeddings|encoder\.LayerNorm/],
  ])("does not take for weights of %s %s", async (family, _what, pattern) => {
    const { model, inputs } = await pooledEncoder(family);
    expect(model.graph.initializer.some(({ name }) => pattern.test(name!))).toBe(true);
    expect(cutAt(model, inputs[0]).weights.filter((name) => pattern.test(name))).toEqual([]);
  });

  it("leaves the model as it was", async () => {
    const { model, inputs } = await pooledEncoder("bert");
    const before = encodeModel(model);
    cutAt(model, inputs[2]);
    expect(encodeModel(model)).toEqual(before);
  });
});
