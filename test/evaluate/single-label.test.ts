import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectedCalibrationError, reliabilityBins } from "../../src/evaluate/calibration.js";
import { EvaluationInputError } from "../../src/evaluate/errors.js";
import { scoreSingleLabel } from "../../src/evaluate/single-label.js";
import { Random } from "../../src/random.js";
import { namesOf, simulatedClassifier } from "./simulation.js";

// Both sides compute in float64 from the same exact float32 inputs; 1e-6 leaves room for the order of sums only.
const DIGITS = 6;

const { cases } = JSON.parse(
  readFileSync(new URL("../fixtures/evaluate/single-label.json", import.meta.url), "utf8"),
) as { cases: Fixture[] };

interface Fixture {
  name: string;
  classes: number;
  probabilities: number[];
  labels: number[];
  expected: Record<string, number> &
    Record<"precision" | "recall" | "f1" | "support", number[]> & { confusion: number[][] };
}

function inputOf({ probabilities, labels, classes }: Pick<Fixture, "probabilities" | "labels" | "classes">) {
  return {
    probabilities: Float32Array.from(probabilities),
    labels: Int32Array.from(labels),
    labelNames: namesOf(classes),
  };
}

describe("scoreSingleLabel against scikit-learn", () => {
  it.each(cases)("agrees on $name", (fixture) => {
    const { expected } = fixture;
    const scores = scoreSingleLabel(inputOf(fixture), { resamples: 0 });
    for (const figure of ["accuracy", "macroF1", "weightedF1", "logLoss", "ece"] as const) {
      expect(scores[figure], figure).toBeCloseTo(expected[figure], DIGITS);
    }
    for (const figure of ["precision", "recall", "f1", "support"] as const) {
      for (const [k, scoresOfClass] of scores.perClass.entries()) {
        expect(scoresOfClass[figure], `${figure} of class ${k}`).toBeCloseTo(expected[figure][k], DIGITS);
      }
    }
    expect(scores.confusion).toEqual(expected.confusion);
    expect(scores.unknownLabels).toBe(expected.unknownLabels);
    expect(expectedCalibrationError(reliabilityBins(inputOf(fixture), 8))).toBeCloseTo(expected.ece8, DIGITS);
  });
});

describe("scoreSingleLabel", () => {
  it("counts a label that the model does not know as wrong and as a probability of 0", () => {
    const scores = scoreSingleLabel(inputOf({ classes: 2, probabilities: [1, 0, 0, 1], labels: [0, -1] }));
    expect(scores.accuracy).toBe(0.5);
    expect(scores.unknownLabels).toBe(1);
    expect(scores.logLoss).toBeCloseTo((-Math.log(1 - 2 ** -23) - Math.log(2 ** -23)) / 2, 9);
    expect(scores.macroF1).toBeCloseTo(1 / 3, 9);
    expect(scores.majorityAccuracy).toBe(0.5);
    expect(scores.confusion).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });

  it("scores a single row and a single class", () => {
    const scores = scoreSingleLabel(inputOf({ classes: 1, probabilities: [1], labels: [0] }), { resamples: 20 });
    expect(scores).toMatchObject({ accuracy: 1, macroF1: 1, ece: 0, majorityAccuracy: 1 });
    expect(scores.intervals?.accuracy).toEqual([1, 1]);
  });

  it("gives finite figures when every label is unknown", () => {
    const scores = scoreSingleLabel(inputOf({ classes: 2, probabilities: [1, 0, 1, 0], labels: [-1, -1] }));
    expect(scores).toMatchObject({ accuracy: 0, macroF1: 0, weightedF1: 0, majorityAccuracy: 0, unknownLabels: 2 });
  });

  it.each([
    ["no rows", { classes: 2, probabilities: [], labels: [] }],
    ["too few probabilities", { classes: 2, probabilities: [1, 0, 1], labels: [0, 1] }],
    ["an id beyond the classes", { classes: 2, probabilities: [1, 0], labels: [2] }],
    ["an id below -1", { classes: 2, probabilities: [1, 0], labels: [-2] }],
    ["a probability above 1", { classes: 2, probabilities: [1.5, 0], labels: [0] }],
    ["NaN", { classes: 2, probabilities: [Number.NaN, 0], labels: [0] }],
    ["no classes", { classes: 0, probabilities: [], labels: [-1] }],
  ])("refuses %s", (_, fixture) => {
    expect(() => scoreSingleLabel(inputOf(fixture))).toThrow(EvaluationInputError);
  });

  it("gives the same intervals for the same seed and others for another", () => {
    const input = simulatedClassifier(new Random(3), 200, 4, 1.5);
    const run = (seed: number) => scoreSingleLabel(input, { random: new Random(seed), resamples: 200 }).intervals;
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    expect(scoreSingleLabel(input, { resamples: 200 }).intervals).toEqual(run(42));
  });

  it("leaves intervals out when no resamples are asked for", () => {
    expect(scoreSingleLabel(simulatedClassifier(new Random(3), 20, 3, 1), { resamples: 0 }).intervals).toBeNull();
  });
});
