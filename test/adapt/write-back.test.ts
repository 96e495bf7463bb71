import { describe, expect, it } from "vitest";
import { HiddenStates } from "../../src/adapt/hidden-states.js";
import { prepareEncoder, tailGraphs } from "../../src/adapt/tail-graphs.js";
import { writeBack } from "../../src/adapt/write-back.js";
import type { Encoder } from "../../src/encoder/encoder.js";
import { makeNode } from "../../src/onnx/graph.js";
import { cloneModel, decodeModel, encodeModel } from "../../src/onnx/model.js";
import { DataType, type ModelProto, type TensorProto } from "../../src/onnx/schema.js";
import { dimsOf, floatValues, makeTensor, sizeOf } from "../../src/onnx/tensor.js";
import { Random } from "../../src/random.js";
import { largestDifference } from "../encoder/oracle.js";
import { openTail, openTiny, texts } from "./tiny.js";

/** float32 in another order. */
const tolerance = 1e-5;

/** Changes all weights of the last layers at random. @returns the new model, and the embeddings that the session gives with them. */
async function changed(encoder: Encoder, depth: number, seed = 1) {
  const { session, states, trainable, graphs, dispose } = await openTail(encoder, depth);
  const random = new Random(seed);
  for (let i = 0; i < session.parameters.weights.length; i++) session.parameters.weights[i] += 0.05 * random.normal();
  const embeddings = await session.forward(states, [...texts.keys()]);
  const model = writeBack(trainable, graphs, session.layout, session.parameters.weights);
  await dispose();
  return { model, embeddings };
}

async function encoded(encoder: Encoder): Promise<Float32Array> {
  return (await encoder.encode(texts)).data;
}

/** What a file of this model gives, read back from its bytes. */
function reopened(encoder: Encoder, model: ModelProto): Promise<Encoder> {
  return encoder.withModel(decodeModel(encodeModel(model), "adapted"));
}

describe("writeBack", () => {
  it.each(["bert", "albert", "bert/onnx/variants/model_fp16.onnx", "bert/onnx/variants/model_quantized.onnx"])(
    "gives a model that embeds as the trained layers did: %s",
    async (file) => {
      const encoder = await openTiny(file);
      const before = encodeModel(encoder.model);
      const { model, embeddings } = await changed(encoder, 2);
      const adapted = await reopened(encoder, model);
      expect(largestDifference(await encoded(adapted), embeddings)).toBeLessThan(tolerance);
      expect(largestDifference(await encoded(encoder), embeddings)).toBeGreaterThan(0.01);
      expect(Buffer.compare(encodeModel(encoder.model), before)).toBe(0);
      await Promise.all([encoder.dispose(), adapted.dispose()]);
    },
  );

  it("leaves the weights of frozen layers as they were, to the bit", async () => {
    const encoder = await openTiny("bert");
    const { trainable, graphs, session, dispose } = await openTail(encoder, 1);
    session.parameters.weights.fill(0.5);
    const model = writeBack(trainable, graphs, session.layout, session.parameters.weights);
    const values = ({ graph }: ModelProto) =>
      new Map(graph.initializer.map((tensor) => [tensor.name!, [...floatValues(tensor)]]));
    const [before, after] = [values(encoder.model), values(model)];
    expect(after.size).toBe(before.size);
    for (const [name, wanted] of before) {
      const own = after.get(name)!;
      if (graphs.weights.has(name)) expect(own.every((value) => value === 0.5)).toBe(true);
      else expect(own).toEqual(wanted);
    }
    await dispose();
    await encoder.dispose();
  });

  it.each(["bert", "albert"])("leaves the graph that it starts from to the next training: %s", async (file) => {
    const encoder = await openTiny(file);
    const { trainable, graphs, session, dispose } = await openTail(encoder, 1);
    const before = encodeModel(trainable.unpooled);
    session.parameters.weights.fill(0.5);
    writeBack(trainable, graphs, session.layout, session.parameters.weights);
    expect(Buffer.compare(encodeModel(trainable.unpooled), before)).toBe(0);
    await dispose();
    await encoder.dispose();
  });

  it("gives the adapted layers of ALBERT a copy of the weights that all of its layers share", async () => {
    const encoder = await openTiny("albert");
    const before = await frozenStates(encoder, encoder.model);
    const { model } = await changed(encoder, 1);
    expect(await frozenStates(encoder, model)).toEqual(before);
    await encoder.dispose();
  });

  it("does so where all layers read one rearranged form of each", async () => {
    const albert = await openTiny("albert");
    const reshaped = cloneModel(albert.model);
    for (const tensor of albert.model.graph.initializer) {
      const readers = reshaped.graph.node.filter(({ input }) => input.includes(tensor.name!));
      if (readers.length > 1 && tensor.dataType === DataType.FLOAT && sizeOf(tensor) > 1)
        readReshaped(reshaped, tensor);
    }
    const encoder = await reopened(albert, reshaped);
    const before = await frozenStates(encoder, encoder.model);
    const { model, embeddings } = await changed(encoder, 1);
    expect(await frozenStates(encoder, model)).toEqual(before);
    const adapted = await reopened(encoder, model);
    expect(largestDifference(await encoded(adapted), embeddings)).toBeLessThan(tolerance);
    await Promise.all([albert.dispose(), encoder.dispose(), adapted.dispose()]);
  });

  it.each([
    [1, 2],
    [2, 1],
    [1, 3],
  ])("takes a model of shared weights again: last %d layers, then last %d", async (first, second) => {
    const encoder = await openTiny("albert");
    const once = await reopened(encoder, (await changed(encoder, first)).model);
    const { model, embeddings } = await changed(once, second, 2);
    const names = model.graph.initializer.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const twice = await reopened(once, model);
    expect(largestDifference(await encoded(twice), embeddings)).toBeLessThan(tolerance);
    await Promise.all([encoder.dispose(), once.dispose(), twice.dispose()]);
  });
});

/** Puts a Reshape to the shape that it has between a weight and its readers. */
function readReshaped({ graph }: ModelProto, tensor: TensorProto): void {
  const name = tensor.name!;
  const [shape, form] = [`${name}/shape`, `${name}/form`];
  for (const node of graph.node) node.input = node.input.map((input) => (input === name ? form : input));
  const dims = dimsOf(tensor);
  graph.initializer.push(makeTensor(shape, [dims.length], BigInt64Array.from(dims, BigInt)));
  graph.node.unshift(makeNode("Reshape", [name, shape], [form]));
}

/** What enters the last layer, for all texts, when the given weights are used. */
async function frozenStates(encoder: Encoder, model: ModelProto): Promise<Float32Array[]> {
  const { prefix } = tailGraphs(await prepareEncoder(model, "mean"), 1);
  const states = await HiddenStates.compute(prefix, encoder.tokenize(texts), {
    paddingId: encoder.tokenizer.paddingId,
  });
  return texts.map((_, text) => states.get(text));
}
