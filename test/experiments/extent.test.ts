import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeLabels, labelSetOf } from "../../src/data/labels.js";
import type { ExperimentSetup } from "../../src/experiments/curve.js";
import { type ExtentCell, type ExtentOptions, type ExtentScore, runExtent } from "../../src/experiments/extent.js";
import { summarizeExtent } from "../../src/experiments/extent-result.js";
import type { UnrelatedTask } from "../../src/experiments/unrelated.js";
import { extentText } from "../../src/report/extent-text.js";
import { corpusOf, demonstration, manifest, tinySetup } from "./demonstration.js";

let setup: ExperimentSetup;
let options: ExtentOptions;
beforeAll(async () => {
  setup = await tinySetup();
  const intents = await corpusOf("intents/train.csv");
  const labelSet = labelSetOf(intents);
  const unrelated: UnrelatedTask = {
    name: "intents",
    texts: intents.texts.slice(0, 60),
    labels: encodeLabels(intents, labelSet).slice(0, 60),
    classes: labelSet.names.length,
  };
  options = { depths: [0, 1, 3], shots: 8, draws: 2, seed: 1, recipe: { steps: 3, learningRate: 1e-3 }, unrelated };
});
afterAll(() => setup.encoder.dispose());

describe("runExtent", () => {
  it("moves nothing at depth 0, more the deeper it trains, and loses the other task's probe nothing where nothing moved", async () => {
    const data = await demonstration("reviews");
    const { result, failed } = await runExtent(data, setup, options, { manifest });
    expect(failed).toEqual([]);
    const [frozen, last, all] = result.points;
    expect([frozen.depth, last.depth, all.depth]).toEqual([0, 1, 3]);
    expect(frozen.cosine.mean).toBeCloseTo(1, 5);
    expect(frozen.probeLoss!.mean).toBe(0);
    expect(last.cosine.mean).toBeLessThan(0.9999);
    expect(all.cosine.mean).toBeLessThan(last.cosine.mean);
    for (const { train, heldOut, gap } of result.points) expect(gap.mean).toBeCloseTo(train.mean - heldOut.mean, 10);
    expect(frozen.gain).toBeNull();
    expect(extentText(result).replace(/\s+/g, " ")).toContain(
      "chooses the extent; held-out figures are of the other half",
    );
  });
});

describe("summarizeExtent", () => {
  const scores = (rows: Record<number, Partial<ExtentScore>>) =>
    Object.entries(rows).flatMap(([depth, score]) =>
      [0, 1, 2].map((draw) => {
        const cell: ExtentCell = { id: `${depth}/${draw}`, depth: Number(depth), draw };
        const whole = { train: 0.9, choosing: 0.5, heldOut: 0.5, cosine: 0.9, probeLoss: null, ...score };
        return { cell, seconds: 1, result: { ...whole, heldOut: whole.heldOut + 0.001 * draw * Number(depth) } };
      }),
    );

  it("chooses by one half of the rows and reports the other", async () => {
    const data = await demonstration("reviews");
    const done = scores({ 0: { choosing: 0.6, heldOut: 0.7 }, 1: { choosing: 0.8, heldOut: 0.5 } });
    const result = summarizeExtent(done, data, options, 3);
    expect(result.best).toBe(1);
    expect(result.points[1].heldOut.mean).toBeCloseTo(0.501, 6);
  });

  it("takes the least extent that is as good as the best within a standard error", async () => {
    const data = await demonstration("reviews");
    const choosing = { 0: [0.6, 0.7, 0.8], 1: [0.69, 0.7, 0.81], 2: [0.7, 0.72, 0.8] };
    const done = scores({ 0: {}, 1: {}, 2: {} }).map(({ cell, result, seconds }) => {
      const own = choosing[cell.depth as 0 | 1 | 2][cell.draw];
      return { cell, seconds, result: { ...result, choosing: own } };
    });
    const result = summarizeExtent(done, data, options, 3);
    expect([result.best, result.take]).toEqual([2, 1]);
    expect(
      summarizeExtent(
        done.filter(({ cell }) => cell.draw === 0),
        data,
        options,
        3,
      ).take,
    ).toBe(2);
    expect(extentText(result).replace(/\s+/g, " ")).toContain("Take the last layer: on the rows that choose");
  });

  it("calls it overfitting where rows trained on stay as good and others get worse", async () => {
    const data = await demonstration("reviews");
    const overfitting = scores({
      0: { choosing: 0.6, heldOut: 0.6 },
      1: { choosing: 0.8, heldOut: 0.8 },
      2: { choosing: 0.7, heldOut: 0.7, train: 0.99 },
    });
    expect(summarizeExtent(overfitting, data, options, 3).overfitsFrom).toBe(2);
    const worseEverywhere = scores({ 1: { choosing: 0.8, heldOut: 0.8 }, 2: { heldOut: 0.7, train: 0.7 } });
    expect(summarizeExtent(worseEverywhere, data, options, 3).overfitsFrom).toBeNull();
  });
});
