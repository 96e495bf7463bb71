import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reliabilityBins } from "../../src/evaluate/calibration.js";
import { labelSubstitutions } from "../../src/evaluate/confused-pairs.js";
import { EvaluationInputError } from "../../src/evaluate/errors.js";
import { scoreMultiLabel } from "../../src/evaluate/multi-label.js";
import { Random } from "../../src/random.js";
import { namesOf, simulatedLabels } from "./simulation.js";

// Both sides compute in float64 from the same exact float32 inputs; 1e-6 leaves room for the order of sums only.
const DIGITS = 6;

interface Fixture {
  name: string;
  classes: number;
  probabilities: number[];
  labels: number[];
  thresholds: number[];
}

interface Expected {
  expected: Record<string, number> & Record<"averagePrecision" | "precision" | "recall" | "f1" | "support", number[]>;
}

const { cases } = JSON.parse(
  readFileSync(new URL("../fixtures/evaluate/multi-label.json", import.meta.url), "utf8"),
) as { cases: (Fixture & Expected)[] };

function inputOf({ probabilities, labels, thresholds, classes }: Omit<Fixture, "name">) {
  return {
    probabilities: Float32Array.from(probabilities),
    labels: Uint8Array.from(labels),
    thresholds: Float32Array.from(thresholds),
    labelNames: namesOf(classes),
  };
}

describe("scoreMultiLabel against scikit-learn", () => {
  it.each(cases)("agrees on $name", (fixture) => {
    const { expected } = fixture;
    const scores = scoreMultiLabel(inputOf(fixture), { resamples: 0 });
    for (const figure of [
      "subsetAccuracy",
      "microF1",
      "macroF1",
      "samplesF1",
      "hammingLoss",
      "logLoss",
      "meanAveragePrecision",
    ] as const) {
      expect(scores[figure], figure).toBeCloseTo(expected[figure], DIGITS);
    }
    for (const figure of ["precision", "recall", "f1", "support", "averagePrecision"] as const) {
      for (const [k, scoresOfLabel] of scores.perClass.entries()) {
        expect(scoresOfLabel[figure], `${figure} of label ${k}`).toBeCloseTo(expected[figure][k], DIGITS);
      }
    }
    expect(scores.perClass.map(({ threshold }) => threshold)).toEqual(fixture.thresholds);
  });
});

describe("scoreMultiLabel", () => {
  it("gives finite figures when nothing is true and nothing given", () => {
    const input = inputOf({ classes: 2, probabilities: [0, 0], labels: [0, 0], thresholds: [0.5, 0.5] });
    const scores = scoreMultiLabel(input, { resamples: 10 });
    expect(scores).toMatchObject({ subsetAccuracy: 1, microF1: 0, macroF1: 0, samplesF1: 0, hammingLoss: 0 });
    expect(scores.meanAveragePrecision).toBe(0);
    expect(scores.intervals?.subsetAccuracy).toEqual([1, 1]);
  });

  it("gives a label whose probability is exactly at its threshold", () => {
    const input = inputOf({ classes: 1, probabilities: [0.5], labels: [1], thresholds: [0.5] });
    expect(scoreMultiLabel(input, { resamples: 0 }).microF1).toBe(1);
  });

  it("gives the same intervals for the same seed and others for another", () => {
    const input = simulatedLabels(new Random(5), 100, 3, 2);
    const run = (seed: number) => scoreMultiLabel(input, { random: new Random(seed), resamples: 100 }).intervals;
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it.each([
    ["no rows", { classes: 2, probabilities: [], labels: [], thresholds: [0.5, 0.5] }],
    ["a missing threshold", { classes: 2, probabilities: [1, 0], labels: [1, 0], thresholds: [0.5] }],
    ["half a row", { classes: 2, probabilities: [1, 0, 1], labels: [1, 0, 1], thresholds: [0.5, 0.5] }],
    ["marks other than 0 and 1", { classes: 2, probabilities: [1, 0], labels: [2, 0], thresholds: [0.5, 0.5] }],
    ["a negative probability", { classes: 2, probabilities: [1, -0.1], labels: [1, 0], thresholds: [0.5, 0.5] }],
  ])("refuses %s", (_, fixture) => {
    expect(() => scoreMultiLabel(inputOf(fixture))).toThrow(EvaluationInputError);
  });
});

describe("reliabilityBins of labels", () => {
  it("bins every decision by its probability", () => {
    const input = inputOf({
      classes: 2,
      probabilities: [0.1, 0.9, 0.2, 0.95],
      labels: [0, 1, 1, 1],
      thresholds: [0.5, 0.5],
    });
    const [low, high] = reliabilityBins(input, 2);
    expect(low).toMatchObject({ low: 0, high: 0.5, count: 2, observed: 0.5 });
    expect(low.meanConfidence).toBeCloseTo(0.15, 6);
    expect(high).toMatchObject({ low: 0.5, high: 1, count: 2, observed: 1 });
  });
});

describe("labelSubstitutions", () => {
  it("counts the rows in which one label was missed and another given", () => {
    const input = inputOf({
      classes: 3,
      probabilities: [0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0],
      labels: [1, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0],
      thresholds: [0.5, 0.5, 0.5],
    });
    expect(labelSubstitutions(input)).toEqual([{ missed: "c0", given: "c1", count: 2 }]);
  });
});
