import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.js";
import { bootstrap, percentileInterval, quantile } from "../../src/evaluate/bootstrap.js";
import { scoreMultiLabel } from "../../src/evaluate/multi-label.js";
import { scoreSingleLabel } from "../../src/evaluate/single-label.js";
import type { Interval } from "../../src/evaluate/types.js";
import { Random } from "../../src/random.js";
import { calibratedClassifier, simulatedClassifier, simulatedLabels } from "./simulation.js";

// 200 simulated test sets: a true coverage of 95% gives at least 90% in all but one run of a thousand.
const SIMULATIONS = 200;
const LEAST_COVERAGE = 0.9;

/** Share of simulated test sets whose intervals hold the true values, for each figure. */
function coverage<F extends string>(
  truth: Record<F, number>,
  figures: readonly F[],
  intervalsOf: (random: Random) => Record<F, Interval> | null,
): Record<F, number> {
  const random = new Random(17);
  const held = Object.fromEntries(figures.map((figure) => [figure, 0])) as Record<F, number>;
  for (let s = 0; s < SIMULATIONS; s++) {
    const intervals = intervalsOf(random)!;
    for (const figure of figures) {
      const [low, high] = intervals[figure];
      if (low <= truth[figure] && truth[figure] <= high) held[figure] += 1 / SIMULATIONS;
    }
  }
  return held;
}

describe("bootstrap intervals", () => {
  it("hold the true figures of a single-label classifier about 95 times in 100", () => {
    const population = scoreSingleLabel(simulatedClassifier(new Random(1), 100_000, 4, 1.1), { resamples: 0 });
    const shares = coverage(population, ["accuracy", "macroF1", "logLoss", "ece"], (random) => {
      const input = simulatedClassifier(random, 300, 4, 1.1);
      return scoreSingleLabel(input, { random: random.fork(), resamples: 200 }).intervals;
    });
    for (const [figure, share] of Object.entries(shares)) expect(share, figure).toBeGreaterThanOrEqual(LEAST_COVERAGE);
  });

  it("hold the calibration error of 0 of a calibrated classifier about 95 times in 100", () => {
    const shares = coverage({ ece: 0 }, ["ece"], (random) => {
      const input = calibratedClassifier(random, 300, 4, 3);
      return scoreSingleLabel(input, { random: random.fork(), resamples: 200 }).intervals;
    });
    expect(shares.ece).toBeGreaterThanOrEqual(LEAST_COVERAGE);
  });

  it("hold the true figures of a multi-label classifier about 95 times in 100", () => {
    const population = scoreMultiLabel(simulatedLabels(new Random(1), 50_000, 4, 2), { resamples: 0 });
    const shares = coverage(population, ["microF1", "macroF1", "subsetAccuracy"], (random) => {
      const input = simulatedLabels(random, 200, 4, 2);
      return scoreMultiLabel(input, { random: random.fork(), resamples: 200 }).intervals;
    });
    for (const [figure, share] of Object.entries(shares)) expect(share, figure).toBeGreaterThanOrEqual(LEAST_COVERAGE);
  });

  it("are as wide as the binomial standard error says", () => {
    const { accuracy, intervals } = scoreSingleLabel(simulatedClassifier(new Random(2), 1000, 4, 1.1));
    const [low, high] = intervals!.accuracy;
    const expected = 2 * 1.96 * Math.sqrt((accuracy * (1 - accuracy)) / 1000);
    expect((high - low) / expected).toBeGreaterThan(0.85);
    expect((high - low) / expected).toBeLessThan(1.15);
  });
});

describe("bootstrap", () => {
  it("refuses a number of resamples that is not whole or negative", () => {
    for (const resamples of [-1, 1.5, Number.NaN]) {
      expect(() => bootstrap(3, () => [0], { resamples })).toThrow(OptionError);
    }
  });

  it("draws every row about equally often", () => {
    const seen = new Float64Array(5);
    const count = (drawn: Int32Array) => {
      for (const i of drawn) seen[i]++;
      return [0];
    };
    bootstrap(5, count, { random: new Random(9), resamples: 4000 });
    // 20,000 draws, 4,000 a row, standard deviation 57.
    for (const times of seen) expect(Math.abs(times - 4000)).toBeLessThan(300);
  });
});

describe("quantile", () => {
  it("interpolates as numpy does", () => {
    const sorted = Float64Array.of(1, 2, 4, 8);
    expect(quantile(sorted, 0.5)).toBe(3);
    expect(quantile(sorted, 0.9)).toBeCloseTo(6.8, 12);
    expect(percentileInterval(Float64Array.of(5))).toEqual([5, 5]);
  });
});
