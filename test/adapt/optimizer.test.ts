import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { linearSchedule, stepAdamW } from "../../src/adapt/optimizer.js";
import { aligned, Parameters } from "../../src/adapt/parameters.js";
import { largestDifference } from "../encoder/oracle.js";

/** float32 weights and moments against float64. */
const tolerance = 1e-6;

interface Trajectory {
  start: number[];
  steps: { rate: number; gradients: number[]; weights: number[] }[];
}

/** torch.optim.AdamW over two groups of four weights; see fixtures/README.md. */
const oracle: { weightDecay: number[]; clipNorm: number; plain: Trajectory; clipped: Trajectory } = JSON.parse(
  readFileSync(new URL("../fixtures/adapt/adamw.json", import.meta.url), "utf8"),
);

function groups(rate: number, step: number) {
  return oracle.weightDecay.map((weightDecay, i) => ({ start: 4 * i, end: 4 * i + 4, rate, weightDecay, step }));
}

function parametersOf(weights: readonly number[]): Parameters {
  const parameters = new Parameters(aligned(weights.length));
  parameters.weights.set(weights);
  return parameters;
}

describe("stepAdamW", () => {
  it.each(["plain", "clipped"] as const)("takes the steps of torch.optim.AdamW, gradients %s", (name) => {
    const parameters = parametersOf(oracle[name].start);
    for (const [i, { rate, gradients, weights }] of oracle[name].steps.entries()) {
      parameters.gradients.set(gradients);
      const scale = name === "clipped" ? Math.min(1, oracle.clipNorm / parameters.gradientNorm()) : 1;
      stepAdamW(parameters, groups(rate, i + 1), scale);
      expect(largestDifference(parameters.weights, weights)).toBeLessThan(tolerance);
    }
  });

  it("has an oracle in which clipping matters in some steps and not in others", () => {
    const sizes = oracle.plain.steps.map(({ gradients }) => Math.hypot(...gradients));
    expect(Math.max(...sizes)).toBeGreaterThan(oracle.clipNorm);
    expect(Math.min(...sizes)).toBeLessThan(oracle.clipNorm);
    expect(largestDifference(oracle.clipped.steps[4].weights, oracle.plain.steps[4].weights)).toBeGreaterThan(1e-4);
  });

  it("leaves a group alone whose rate is 0", () => {
    const parameters = parametersOf([1, 2, 3, 4, 5, 6, 7, 8]);
    parameters.gradients.fill(1);
    const frozen = { start: 0, end: 4, rate: 0, weightDecay: 1, step: 1 };
    stepAdamW(parameters, [frozen, { start: 4, end: 7, rate: 0.1, weightDecay: 0, step: 1 }]);
    expect([...parameters.weights.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
    expect(parameters.weights[4]).toBeCloseTo(4.9, 6);
    expect([...parameters.moments[0].subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  });

  it("takes a first step of the size of the rate, whenever a group begins", () => {
    const parameters = parametersOf([0, 0, 0, 0]);
    parameters.gradients.set([1e-3, -1, 5, 0]);
    stepAdamW(parameters, [{ start: 0, end: 4, rate: 0.1, weightDecay: 0, step: 1 }]);
    expect(largestDifference(parameters.weights, [-0.1, 0.1, -0.1, 0])).toBeLessThan(1e-5);
  });

  it("goes on from weights, moments and a number of steps as if it had taken them", () => {
    const { start, steps } = oracle.plain;
    const [whole, half] = [parametersOf(start), parametersOf(start)];
    const take = (parameters: Parameters, at: number) => {
      parameters.gradients.set(steps[at].gradients);
      stepAdamW(parameters, groups(steps[at].rate, at + 1));
    };
    for (const at of [0, 1]) take(whole, at);
    half.weights.set(whole.weights);
    for (const [i, moment] of half.moments.entries()) moment.set(whole.moments[i]);
    for (const at of [2, 3, 4]) for (const parameters of [whole, half]) take(parameters, at);
    expect(half.weights).toEqual(whole.weights);
  });
});

describe("linearSchedule", () => {
  const rates = (steps: number, warmUp: number) =>
    Array.from({ length: steps }, (_, step) => linearSchedule(step, steps, 2, warmUp));

  it("rises over the warm-up, then falls by equal steps, to reach 0 behind the last", () => {
    const found = rates(10, 0.4);
    for (const [step, rate] of [0.5, 1, 1.5, 2, 2, 5 / 3, 4 / 3, 1, 2 / 3, 1 / 3].entries()) {
      expect(found[step]).toBeCloseTo(rate, 12);
    }
  });

  it("starts at the peak without a warm-up, and never trains at 0", () => {
    expect(rates(4, 0)).toEqual([2, 2, 4 / 3, 2 / 3]);
    expect(rates(1, 0)).toEqual([2]);
    for (const steps of [1, 2, 3, 7, 60]) {
      for (const warmUp of [0, 0.1, 0.5, 1]) {
        for (const rate of rates(steps, warmUp)) {
          expect(rate).toBeGreaterThan(0);
          expect(rate).toBeLessThanOrEqual(2);
        }
      }
    }
  });
});
