import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/classifier/manifest.js";
import { answersOf } from "../../src/serve/answer.js";

const labels = ["a", "b", "c"];
const single = { task: "single-label", labels } as Manifest;
const several = { task: "multi-label", labels, thresholds: [0.5, 0.2, 0.9] } as Manifest;
const of = (...logits: number[]) => ({ logits: Float32Array.from(logits), inScope: null });
const logit = (p: number) => Math.log(p / (1 - p));

describe("answersOf", () => {
  it("gives the likeliest label, or none below the threshold", () => {
    const output = of(Math.log(0.2), Math.log(0.7), Math.log(0.1), 0, 0, 0);
    expect(answersOf(single, output, { threshold: 0.5 })).toEqual([
      { label: "b", confidence: expect.closeTo(0.7, 6) },
      { label: null, confidence: expect.closeTo(1 / 3, 6) },
    ]);
  });

  it("lists the likeliest labels, at most as many as there are", () => {
    const [{ scores }] = answersOf(single, of(0, 2, 1), { top: 9 });
    expect(scores!.map(({ label }) => label)).toEqual(["b", "c", "a"]);
    expect(scores!.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
  });

  it("gives several labels by their own thresholds, likeliest first", () => {
    const output = of(logit(0.6), logit(0.7), logit(0.8), logit(0.1), logit(0.1), logit(0.3));
    expect(answersOf(several, output, {})).toEqual([
      { labels: ["b", "a"], confidence: expect.closeTo(0.6, 6) },
      { labels: [], confidence: expect.closeTo(0.7, 6) },
    ]);
  });

  it("gives several labels by the threshold that is asked for", () => {
    const output = of(logit(0.6), logit(0.7), logit(0.8));
    const [{ labels: given }] = answersOf(several, output, { threshold: 0.65 });
    expect(given).toEqual(["c", "b"]);
  });

  it("says which texts fit none of the labels, by the folder's threshold", () => {
    const record = { score: "logit", threshold: -1.5, keeps: 0.95, rows: 40 } as const;
    const output = { logits: Float32Array.of(0, 2, 1, 0, 2, 1), inScope: Float32Array.of(-1.4, -1.6) };
    const answers = answersOf({ ...single, outOfScope: record }, output, {});
    expect(answers.map(({ label, inScope }) => [label, inScope])).toEqual([
      ["b", true],
      ["b", false],
    ]);
    expect(answersOf(single, output, {})[1]).not.toHaveProperty("inScope");
  });
});
