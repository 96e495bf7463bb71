import { describe, expect, it } from "vitest";
import { findLayers, hiddenStateOf } from "../../src/onnx/layers.js";
import { readModel } from "../../src/onnx/model.js";
import { DataType } from "../../src/onnx/schema.js";
import { encoders, oracles, variants } from "../encoder/oracle.js";

describe("findLayers", () => {
  it.each(Object.keys(oracles))("finds the tensors that enter the layers of %s", async (family) => {
    const model = await readModel(`${encoders}${family}/onnx/model.onnx`);
    const { inputs, output } = findLayers(model, hiddenStateOf(model));
    expect(output).toBe("last_hidden_state");
    expect(inputs).toHaveLength(3);
    inputs.forEach((name, layer) => {
      expect(oracles[family].layerInputs[layer]).toContain(name);
    });
  });

  it.each(variants)("finds three layers in $file", async ({ file }) => {
    const model = await readModel(`${encoders}${file}`);
    expect(findLayers(model, hiddenStateOf(model)).inputs).toHaveLength(3);
  });

  it("finds hidden states of any name among other outputs, as torch's old exporter writes them from a dictionary", async () => {
    const model = await readModel(`${encoders}bert/onnx/model.onnx`);
    const { inputs } = findLayers(model, hiddenStateOf(model));
    const output = (name: string, elemType: number, rank: number) => ({
      name,
      type: { tensorType: { elemType, shape: { dim: Array.from({ length: rank }, () => ({})) } } },
    });
    for (const node of model.graph.node) {
      node.output = node.output.map((name) => (name === "last_hidden_state" ? "onnx::Shape_422" : name));
    }
    model.graph.output = [
      output("output", DataType.INT64, 2),
      output("463", DataType.INT64, 2),
      output("onnx::Shape_422", DataType.FLOAT, 3),
      output("461", DataType.FLOAT, 2),
    ];
    expect(hiddenStateOf(model)).toBe("onnx::Shape_422");
    expect(findLayers(model, "onnx::Shape_422").inputs).toEqual(inputs);
  });

  it("says which outputs there are when none is a hidden state", async () => {
    const model = await readModel(`${encoders}bert/onnx/model.onnx`);
    model.graph.output = [{ name: "pooled", type: { tensorType: { elemType: 1, shape: { dim: [{}, {}] } } } }];
    expect(() => hiddenStateOf(model)).toThrow("pooled (rank 2)");
  });
});
