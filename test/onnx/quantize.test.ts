import { describe, expect, it } from "vitest";
import { encodeModel, readModel } from "../../src/onnx/model.js";
import { quantizeWeights, roundToInt8 } from "../../src/onnx/quantize.js";
import { encoders } from "../encoder/oracle.js";

describe("roundToInt8", () => {
  const weights = Float32Array.from([1, -20, 0, 0.5, 10, 0]);

  it("is off by at most half a step of its column's scale", () => {
    const { values, scales } = roundToInt8(weights, 2, 3, "column");
    expect([...scales]).toEqual([1 / 127, 20 / 127, 0].map(Math.fround));
    weights.forEach((weight, i) => {
      expect(Math.abs(values[i] * scales[i % 3] - weight)).toBeLessThanOrEqual(scales[i % 3] / 2 + 1e-7);
    });
  });

  it("gives each row of a table its own scale", () => {
    expect([...roundToInt8(weights, 2, 3, "row").scales]).toEqual([20 / 127, 10 / 127].map(Math.fround));
  });
});

describe("quantizeWeights", () => {
  it("makes a float file smaller and leaves an int8 file as it is", async () => {
    const model = await readModel(`${encoders}bert/onnx/model.onnx`);
    const before = encodeModel(model).length;
    expect(quantizeWeights(model)).toBe(20);
    expect(encodeModel(model).length).toBeLessThan(0.6 * before);
    expect(quantizeWeights(model)).toBe(0);
  });

  it("stores weights once that layers share", async () => {
    const model = await readModel(`${encoders}albert/onnx/model.onnx`);
    const layers = model.graph.node.filter(({ opType }) => opType === "Softmax").length;
    expect(layers).toBe(3);
    expect(quantizeWeights(model)).toBe(8); // of one layer, and two tables
    expect(model.graph.initializer.filter(({ name }) => name!.endsWith("_int8"))).toHaveLength(8);
  });
});
