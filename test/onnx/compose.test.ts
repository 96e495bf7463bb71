import { describe, expect, it } from "vitest";
import { appendHead, appendPooling, removeHead } from "../../src/onnx/compose.js";
import { findLayers, hiddenStateOf } from "../../src/onnx/layers.js";
import { cloneModel, encodeModel, readModel } from "../../src/onnx/model.js";
import { encoders } from "../encoder/oracle.js";

const head = { featureSize: 96, classes: 2, weights: new Float32Array(192), bias: new Float32Array(2) };

describe("removeHead", () => {
  it.each(["mean", "cls", "max"] as const)(
    "undoes pooling (%s) and head: the nodes of the encoder stay",
    async (mode) => {
      const encoder = await readModel(`${encoders}bert/onnx/model.onnx`);
      const { inputs, output } = findLayers(encoder, hiddenStateOf(encoder));
      const classifier = cloneModel(encoder);
      appendHead(classifier, appendPooling(classifier, [...inputs.slice(-2), output], mode), head);
      expect(removeHead(classifier)).toBe(true);
      const { graph } = classifier;
      expect(graph.node.map(({ name }) => name)).toEqual(encoder.graph.node.map(({ name }) => name));
      expect(graph.initializer.map(({ name }) => name)).toEqual(encoder.graph.initializer.map(({ name }) => name));
      expect(graph.input.map(({ name }) => name)).toEqual(encoder.graph.input.map(({ name }) => name));
      expect(findLayers(classifier, hiddenStateOf(classifier))).toEqual({ inputs, output });
    },
  );

  it("finds nothing to do in an encoder", async () => {
    const encoder = await readModel(`${encoders}bert/onnx/model.onnx`);
    const before = encodeModel(encoder);
    expect(removeHead(encoder)).toBe(false);
    expect(Buffer.compare(encodeModel(encoder), before)).toBe(0);
  });
});
