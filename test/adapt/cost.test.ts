import { describe, expect, it } from "vitest";
import { adaptationCost } from "../../src/adapt/cost.js";
import { defaultRecipe } from "../../src/adapt/recipe.js";
import { prepareEncoder, tailGraphs } from "../../src/adapt/tail-graphs.js";
import { openTiny } from "./tiny.js";

const encoder = await openTiny("bert");
const trainable = await prepareEncoder(encoder.model, encoder.pooling);
const { layers } = encoder;
await encoder.dispose();

const machine = { layers, hiddenSize: 32, threads: 1, flops: 1e9 };
const lengths = Array.from({ length: 64 }, () => 10);
const costOf = (steps: number, depth = layers) =>
  adaptationCost(tailGraphs(trainable, depth), { ...defaultRecipe, steps, batchSize: 64 }, lengths, machine);

describe("adaptationCost", () => {
  it("counts a third of a step over the same texts for a look, however many steps there are", async () => {
    const [one, nine] = [await costOf(1), await costOf(9)];
    expect(nine.lookSeconds).toBe(one.lookSeconds);
    const step = (nine.seconds - one.seconds) / 8;
    expect(one.lookSeconds / step).toBeGreaterThan(0.3); // the optimiser takes its part of a step
    expect(one.lookSeconds / step).toBeLessThan(1 / 3);
  });

  it("takes as much less for fewer layers as they have fewer weights", async () => {
    const [all, last] = [await costOf(1), await costOf(1, 1)];
    expect(all.parameters).toBe(layers * last.parameters);
    expect(all.lookSeconds / last.lookSeconds).toBeCloseTo(layers);
  });
});
