import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RowsDifferError } from "../../src/evaluate/errors.js";
import { mcnemarExact } from "../../src/evaluate/mcnemar.js";
import { pairedComparison } from "../../src/evaluate/paired-comparison.js";
import type { SingleLabelInput } from "../../src/evaluate/types.js";
import { Random } from "../../src/random.js";
import { simulatedClassifier, simulatedLabels } from "./simulation.js";

const { cases } = JSON.parse(readFileSync(new URL("../fixtures/evaluate/mcnemar.json", import.meta.url), "utf8")) as {
  cases: { onlyA: number; onlyB: number; p: number }[];
};

describe("mcnemarExact", () => {
  it.each(cases)("agrees with scipy for $onlyA against $onlyB", ({ onlyA, onlyB, p }) => {
    const found = mcnemarExact(onlyA, onlyB);
    // Relative, because p spans 300 powers of ten; absolute where scipy itself underflows.
    expect(Math.abs(found - p)).toBeLessThanOrEqual(1e-9 * p + 1e-300);
  });
});

/** Predicts `predicted` with probability 1. */
function certain(labels: number[], predicted: number[], labelNames: string[]): SingleLabelInput {
  const probabilities = new Float32Array(labels.length * labelNames.length);
  predicted.forEach((k, i) => {
    probabilities[i * labelNames.length + k] = 1;
  });
  return { probabilities, labels: Int32Array.from(labels), labelNames };
}

describe("pairedComparison of single-label classifiers", () => {
  it("counts who has which rows right and tests the difference", () => {
    const labels = [0, 0, 0, 1, 1, 1];
    const a = certain(labels, [0, 0, 1, 1, 0, 0], ["x", "y"]);
    const b = certain(labels, [0, 0, 0, 1, 1, 0], ["x", "y"]);
    const result = pairedComparison(a, b, { resamples: 200 });
    expect(result.counts).toEqual({ bothRight: 3, onlyA: 0, onlyB: 2, bothWrong: 1 });
    expect(result.mcnemarP).toBeCloseTo(0.5, 12);
    expect(result.accuracy.difference).toBeCloseTo(2 / 6, 12);
    expect(result.accuracy.interval![0]).toBeGreaterThanOrEqual(0);
  });

  it("matches classes by name when the two label sets differ in order and in members", () => {
    const a = certain([0, 1, 0], [0, 1, 1], ["x", "y"]);
    const b = certain([2, 1, 2], [2, 1, 2], ["z", "y", "x"]);
    const { accuracy, counts } = pairedComparison(a, b, { resamples: 0 });
    expect([accuracy.a, accuracy.b]).toEqual([2 / 3, 1]);
    expect(counts).toEqual({ bothRight: 2, onlyA: 0, onlyB: 1, bothWrong: 0 });
    expect(accuracy.interval).toBeNull();
  });

  it("counts a label that only one model knows as wrong for the other", () => {
    const a = certain([0, -1], [0, 0], ["x", "y"]);
    const b = certain([0, 2], [0, 2], ["x", "y", "z"]);
    expect(pairedComparison(a, b, { resamples: 0 }).counts).toMatchObject({ bothRight: 1, onlyB: 1 });
  });

  it("finds no difference between a classifier and itself", () => {
    const a = simulatedClassifier(new Random(4), 100, 3, 1);
    const { mcnemarP, accuracy, macroF1 } = pairedComparison(a, a, { resamples: 100 });
    expect([mcnemarP, accuracy.p, macroF1.p, accuracy.difference]).toEqual([1, 1, 1, 0]);
    expect(macroF1.interval).toEqual([0, 0]);
  });

  it("rejects a true null hypothesis about as often as the level says", () => {
    const random = new Random(23);
    let mcnemar = 0;
    let resampled = 0;
    for (let s = 0; s < 200; s++) {
      const a = simulatedClassifier(random, 200, 3, 1);
      const b = { ...a, probabilities: reshuffledNoise(random, a) };
      const result = pairedComparison(a, b, { random: random.fork(), resamples: 200 });
      if (result.mcnemarP < 0.05) mcnemar++;
      if (result.accuracy.p! < 0.05) resampled++;
    }
    // 5% of 200 is 10; 22 is three standard deviations above the 5% level, and the exact test is conservative.
    expect(mcnemar).toBeLessThan(20);
    expect(resampled).toBeLessThan(22);
    expect(resampled).toBeGreaterThan(1);
  });

  it("finds a real difference", () => {
    const random = new Random(6);
    const a = simulatedClassifier(random, 500, 3, 1);
    const better = simulatedClassifier(random, 500, 3, 2.5);
    const b = { ...better, probabilities: forLabels(better, a.labels) };
    const result = pairedComparison(a, { ...b, labels: a.labels });
    expect(result.accuracy.p).toBeLessThan(0.01);
    expect(result.mcnemarP).toBeLessThan(0.001);
    expect(result.macroF1.interval![0]).toBeGreaterThan(0);
  });

  it("refuses rows that are not the same", () => {
    const a = certain([0, 1], [0, 1], ["x", "y"]);
    expect(() => pairedComparison(a, certain([0], [0], ["x", "y"]))).toThrow(RowsDifferError);
    expect(() => pairedComparison(a, certain([0, 0], [0, 1], ["x", "y"]))).toThrow(
      /label of row 2: y for A and x for B/,
    );
  });
});

/** Fresh simulated probabilities of equal quality for the same labels. */
function reshuffledNoise(random: Random, { labels, labelNames }: SingleLabelInput): Float32Array {
  return forLabels(simulatedClassifier(random, labels.length, labelNames.length, 1), labels);
}

/** Swaps columns of each row so that what pointed at the input's own label points at `labels`. */
function forLabels(input: SingleLabelInput, labels: Int32Array): Float32Array {
  const classes = input.labelNames.length;
  return input.probabilities.map((p, at) => {
    const row = Math.floor(at / classes);
    const own = input.labels[row];
    const k = at % classes;
    const from = k === labels[row] ? own : k === own ? labels[row] : k;
    return from === k ? p : input.probabilities[row * classes + from];
  });
}

describe("pairedComparison of multi-label classifiers", () => {
  it("compares micro-F1 and macro-F1, and finds nothing between a classifier and itself in another label order", () => {
    const a = simulatedLabels(new Random(8), 60, 3, 2);
    const swap = (at: number) => at - (at % 3) + (2 - (at % 3));
    const b = {
      probabilities: a.probabilities.map((_, at) => a.probabilities[swap(at)]),
      labels: a.labels.map((_, at) => a.labels[swap(at)]),
      thresholds: a.thresholds,
      labelNames: [...a.labelNames].reverse(),
    };
    const { counts, microF1, macroF1 } = pairedComparison(a, b, { resamples: 50 });
    expect(counts.onlyA + counts.onlyB).toBe(0);
    expect(counts.bothRight + counts.bothWrong).toBe(60);
    expect(microF1.p).toBe(1);
    expect(macroF1.difference).toBeCloseTo(0, 12);
  });

  it("finds the better one", () => {
    const a = simulatedLabels(new Random(8), 200, 3, 1);
    const b = { ...a, probabilities: a.probabilities.map((p, at) => (a.labels[at] ? (p + 1) / 2 : p / 2)) };
    const { microF1 } = pairedComparison(a, b, { resamples: 200 });
    expect(microF1.b).toBeGreaterThan(microF1.a);
    expect(microF1.interval![0]).toBeGreaterThan(0);
    expect(microF1.p).toBeLessThan(0.02);
  });

  it("refuses other labels, other rows and other truths", () => {
    const a = simulatedLabels(new Random(8), 10, 2, 1);
    const renamed = { ...a, labelNames: ["c0", "other"] };
    const untrue = { ...a, labels: a.labels.map((mark, at) => (at === 3 ? 1 - mark : mark)) };
    const shorter = { ...a, labels: a.labels.slice(2), probabilities: a.probabilities.slice(2) };
    for (const b of [renamed, untrue, shorter]) expect(() => pairedComparison(a, b)).toThrow(RowsDifferError);
    const single = certain([0], [0], ["c0", "c1"]);
    expect(() => pairedComparison(a, single as never)).toThrow(/multi-label for A and single-label for B/);
  });
});
