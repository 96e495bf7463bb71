import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recipeFor } from "../../src/adapt/recipe.js";
import {
  type CurveOptions,
  curveCosts,
  type ExperimentSetup,
  planCurve,
  runCurve,
} from "../../src/experiments/curve.js";
import { curveMethods } from "../../src/experiments/curve-methods.js";
import { scratchRecipe } from "../../src/experiments/methods.js";
import { curveText } from "../../src/report/curve-text.js";
import { demonstration, manifest, tinySetup } from "./demonstration.js";

const options: CurveOptions = {
  methods: curveMethods,
  sizes: [2, 8],
  draws: 2,
  nested: true,
  seed: 1,
  adaptation: { depth: 1, recipe: { steps: 2 } },
  scratchRecipe: { steps: 2 },
};

let setup: ExperimentSetup;
beforeAll(async () => {
  setup = await tinySetup();
});
afterAll(() => setup.encoder.dispose());

describe("runCurve", () => {
  it("scores every method at every size, pairs them by draws, and gives the same again", async () => {
    const data = await demonstration("reviews");
    const { result, failed } = await runCurve(data, setup, options, { manifest });
    expect(failed).toEqual([]);
    expect(result.points.map(({ method, shots }) => `${method} ${shots}`).sort()).toEqual(
      curveMethods.flatMap((method) => [2, 8].map((shots) => `${method} ${shots}`)).sort(),
    );
    for (const { accuracy, macroF1 } of result.points) {
      expect(accuracy.draws).toBe(2);
      expect(accuracy.mean).toBeGreaterThan(0.2);
      expect(macroF1.mean).toBeLessThan(accuracy.mean + 0.1);
    }
    expect(result.comparisons).toHaveLength(2 * 5);
    for (const { p, correctedP } of result.comparisons) expect(correctedP!).toBeGreaterThanOrEqual(p!);
    const again = await runCurve(data, setup, options, { manifest });
    const scores = (of: typeof result) => of.points.map(({ accuracy, macroF1 }) => [accuracy, macroF1]);
    expect(scores(again.result)).toEqual(scores(result));
  });

  it("learns: the bag of words is far above chance with all labels", async () => {
    const data = await demonstration("intents");
    const simple: CurveOptions = { ...options, methods: ["bag-of-words", "majority"], sizes: ["all"], draws: 3 };
    const { result } = await runCurve(data, setup, simple, { manifest });
    expect(result.points.map(({ accuracy }) => accuracy.draws)).toEqual([1, 1]);
    const [words, majority] = ["bag-of-words", "majority"].map(
      (method) => result.points.find((point) => point.method === method)!,
    );
    expect(words.accuracy.mean).toBeGreaterThan(0.4);
    expect(majority.accuracy.mean).toBeCloseTo(1 / 8, 12);
  });
});

describe("scratchRecipe", () => {
  it("trains random weights in no fewer steps than pretrained ones, and at a higher rate", () => {
    for (const rows of [8, 225, 2000]) {
      const [scratch, adapted] = [scratchRecipe(rows, 2), recipeFor(rows, 2).recipe];
      expect(scratch.steps).toBeGreaterThanOrEqual(Math.max(60, adapted.steps));
      expect(scratch.learningRate).toBeGreaterThan(adapted.learningRate);
    }
  });
});

describe("planCurve", () => {
  it("keeps training and test rows apart", async () => {
    const data = await demonstration("reviews");
    const held = new Set(data.testTexts);
    for (const cell of planCurve(data, options).cells) {
      for (const row of planCurve(data, options).rowsOf(cell)) expect(held.has(data.texts[row])).toBe(false);
    }
  });

  it("expects trained layers to take longest", async () => {
    const data = await demonstration("reviews");
    const costs = await curveCosts(data, setup.encoder, options);
    expect(costs.size).toBe(2 * 2 * 5);
    expect(Math.min(...costs.values())).toBeGreaterThan(0);
  });
});

describe("curveText", () => {
  it("fits 80 columns and warns of few draws", async () => {
    const data = await demonstration("reviews");
    const methods = ["head", "bag-of-words"] as const;
    const { result } = await runCurve(data, setup, { ...options, methods }, { manifest });
    const points = curveMethods.flatMap((method) =>
      result.points.filter((point) => point.method === "head").map((point) => ({ ...point, method })),
    );
    const text = curveText({ ...result, points, data: "a/rather/long/path/of/reviews.csv", testOrigin: "test.csv" });
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toMatch(/2 draws are few/);
    expect(text).toMatch(/Transfer \(head only\) reaches/);
  });
});
