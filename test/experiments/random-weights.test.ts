import { describe, expect, it } from "vitest";
import { withRandomWeights } from "../../src/experiments/random-weights.js";
import { dimsOf, floatValues } from "../../src/onnx/tensor.js";
import { Random } from "../../src/random.js";
import { openTiny, texts } from "../adapt/tiny.js";
import { largestDifference } from "../encoder/oracle.js";

const families = ["bert", "distilbert", "roberta", "mpnet", "xlm-roberta", "electra"];

describe("withRandomWeights", () => {
  it.each(families)("forgets what %s has learnt and keeps its form", async (family) => {
    const encoder = await openTiny(family);
    const model = withRandomWeights(encoder, new Random(3));
    const matrices = model.graph.initializer.filter(
      (tensor) => dimsOf(tensor).length === 2 && Math.min(...dimsOf(tensor)) >= 32 && tensor.dataType === 1,
    );
    expect(matrices.length).toBeGreaterThanOrEqual(3 * 6); // six matrices a layer
    for (const tensor of matrices) {
      const values = floatValues(tensor);
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
      expect(deviation, tensor.name!).toBeGreaterThan(0.018);
      expect(deviation, tensor.name!).toBeLessThan(0.022);
    }
    const vectors = model.graph.initializer.filter((tensor) => /norm.*\.(weight|bias)$/i.test(tensor.name!));
    expect(vectors.length).toBeGreaterThan(0);
    for (const tensor of vectors) {
      const wanted = tensor.name!.endsWith("weight") ? 1 : 0;
      expect(new Set(floatValues(tensor)), tensor.name!).toEqual(new Set([wanted]));
    }
    const before = (await encoder.encode(texts)).data;
    const fresh = await encoder.withModel(model, "last");
    const after = (await fresh.encode(texts)).data;
    expect(after.every(Number.isFinite)).toBe(true);
    expect(largestDifference(after, before)).toBeGreaterThan(0.05);
    await fresh.dispose();
    await encoder.dispose();
  });

  it("draws the same weights for the same seed and others for another", async () => {
    const encoder = await openTiny("bert");
    const valuesOf = async (seed: number) =>
      withRandomWeights(encoder, new Random(seed)).graph.initializer.flatMap((tensor) =>
        tensor.dataType === 1 ? [...floatValues(tensor)] : [],
      );
    const first = await valuesOf(1);
    expect(await valuesOf(1)).toEqual(first);
    expect(await valuesOf(2)).not.toEqual(first);
    await encoder.dispose();
  });
});
