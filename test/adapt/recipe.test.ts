import { describe, expect, it } from "vitest";
import { recipeFor, usualBlend, usualTemperature } from "../../src/adapt/recipe.js";

describe("recipeFor", () => {
  it("takes pairs for few classes and cross-entropy, all the way, for many", () => {
    expect(recipeFor(48, 6).recipe.loss).toEqual({ cosinePairs: 1 });
    expect(recipeFor(48, 6).recipe.blend).toBeUndefined();
    expect(recipeFor(480, 60).recipe).toMatchObject({ loss: { crossEntropy: 1 }, blend: 1, batchSize: 64 });
  });

  it("adds the order of pairs where more than three classes have many rows each, and a row has one label", () => {
    expect(recipeFor(63 * 6, 6).recipe.loss).toEqual({ cosinePairs: 1 });
    expect(recipeFor(64 * 6, 6).recipe.loss).toEqual({ cosinePairs: 1, ranking: 0.1 });
    expect([2, 3].map((classes) => recipeFor(100_000, classes).recipe.loss)).toEqual([
      { cosinePairs: 1 },
      { cosinePairs: 1 },
    ]);
    expect(recipeFor(64 * 6, 6, "multi-label").recipe.loss).toEqual({ cosinePairs: 1 });
    expect(recipeFor(100_000, 17).recipe.loss).toEqual({ crossEntropy: 1 });
  });

  it("reads the layer that was trained on, but for few classes, where the encoder stays near to what it was", () => {
    expect([4, 6, 20].map((classes) => recipeFor(48, classes).kind)).toEqual(["last", "last", "last"]);
    expect([2, 3].map((classes) => recipeFor(48, classes).kind)).toEqual([undefined, undefined]);
  });

  it("takes 30 steps at least, and four times the root of the rows", () => {
    expect([16, 384, 10_000].map((rows) => recipeFor(rows, 2).recipe.steps)).toEqual([30, 78, 400]);
  });
});

describe("the blends that are compared on rows held out", () => {
  it("are those of pairs of more than three classes: fewer ask for too little by log loss, and many take all of the way", () => {
    expect([2, 3, 17, 60].map((classes) => recipeFor(400, classes).blends)).toEqual([[], [], [], []]);
    for (const classes of [4, 16]) {
      const { blends } = recipeFor(400, classes);
      expect(blends.length).toBeGreaterThan(2);
      expect([...blends].sort((a, b) => a - b)).toEqual(blends);
    }
  });
});

describe("the rate", () => {
  const rateOf = (rows: number, classes: number) => recipeFor(rows, classes).recipe.learningRate;

  it("grows with the root of a class's rows, from 8 on and up to twice", () => {
    expect([2, 16, 64, 144, 200].map((rows) => rateOf(rows, 2) / 1e-4)).toEqual([1, 1, 2, 2, 2]);
    expect(rateOf(36, 2) / 1e-4).toBeCloseTo(1.5);
  });

  it("starts lower where there are more than three classes, and comes as high", () => {
    expect([8, 24, 64, 400].map((rows) => rateOf(rows * 6, 6) / 1e-4)).toEqual([
      0.7,
      expect.closeTo(1.21),
      expect.closeTo(1.98),
      expect.closeTo(1.22),
    ]);
  });

  it("is the lower the more steps there are, down to the least", () => {
    expect(rateOf(1600, 2) / 1e-4).toBeCloseTo(1.5); // 160 steps
    expect([5_452, 100_000].map((rows) => rateOf(rows, 6))).toEqual([1e-4, 1e-4]);
  });

  it("stays as it is where a head is trained along", () => {
    expect(rateOf(10_003, 77)).toBe(1e-4);
  });
});

describe("usualBlend", () => {
  it("stays nearer to the encoder for fewer classes, and where it tells them apart, to half of that", () => {
    expect([2, 3].map((classes) => usualBlend(8 * classes, classes, 0.4))).toEqual([0.3, 0.3]);
    expect(usualBlend(2 * 1024, 2, 0.4)).toBeCloseTo(0.6);
    expect(usualBlend(2_000_000, 2, 0.4)).toBe(1);
    expect(usualBlend(32, 4, 0.7)).toBeCloseTo(0.75);
    expect(usualBlend(32, 4, 0.8)).toBeCloseTo(0.5);
    expect([0.9, 1].map((separability) => usualBlend(32, 4, separability))).toEqual([0.375, 0.375]);
  });
});

describe("usualTemperature", () => {
  it("is lower, down to half, where the encoder tells the rows apart before it is trained", () => {
    expect([0, 0.5, 0.7].map(usualTemperature)).toEqual([0.5, 0.5, expect.closeTo(0.5)]);
    expect(usualTemperature(0.79)).toBeCloseTo(0.35);
    expect([0.9, 1].map(usualTemperature)).toEqual([0.25, 0.25]);
  });
});
