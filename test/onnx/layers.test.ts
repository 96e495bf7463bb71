import { describe, expect, it } from "vitest";
import { findLayers, hiddenStateOf } from "../../src/onnx/layers.js";
import { readModel } from "../../src/onnx/model.js";
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

  it("says which outputs there are when none is a hidden state", async () => {
    const model = await readModel(`${encoders}bert/onnx/model.onnx`);
    model.graph.output = [{ name: "pooled", type: { tensorType: { elemType: 1, shape: { dim: [{}, {}] } } } }];
    expect(() => hiddenStateOf(model)).toThrow("pooled (rank 2)");
  });
});
