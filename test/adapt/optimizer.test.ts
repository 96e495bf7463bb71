import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AdamW, linearSchedule, norm } from "../../src/adapt/optimizer.js";
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

function groups(rate: number) {
  return oracle.weightDecay.map((weightDecay, i) => ({ start: 4 * i, end: 4 * i + 4, rate, weightDecay }));
}

describe("AdamW", () => {
  it.each(["plain", "clipped"] as const)("takes the steps of torch.optim.AdamW, gradients %s", (name) => {
    const weights = Float32Array.from(oracle[name].start);
    const optimizer = new AdamW(weights);
    for (const step of oracle[name].steps) {
      const gradients = Float32Array.from(step.gradients);
      const scale = name === "clipped" ? Math.min(1, oracle.clipNorm / norm(gradients)) : 1;
      optimizer.step(gradients, groups(step.rate), scale);
      expect(largestDifference(weights, step.weights)).toBeLessThan(tolerance);
    }
  });

  it("has an oracle in which clipping matters in some steps and not in others", () => {
    const sizes = oracle.plain.steps.map(({ gradients }) => Math.hypot(...gradients));
    expect(Math.max(...sizes)).toBeGreaterThan(oracle.clipNorm);
    expect(Math.min(...sizes)).toBeLessThan(oracle.clipNorm);
    expect(largestDifference(oracle.clipped.steps[4].weights, oracle.plain.steps[4].weights)).toBeGreaterThan(1e-4);
  });

  it("leaves a group alone whose rate is 0", () => {
    const weights = Float32Array.of(1, 2, 3, 4);
    const optimizer = new AdamW(weights);
    const frozen = { start: 0, end: 2, rate: 0, weightDecay: 1 };
    optimizer.step(Float32Array.of(1, 1, 1, 1), [frozen, { start: 2, end: 4, rate: 0.1, weightDecay: 0 }]);
    expect([...weights.subarray(0, 2)]).toEqual([1, 2]);
    expect(weights[2]).toBeCloseTo(2.9, 6);
    expect([...optimizer.moments[0].subarray(0, 2)]).toEqual([0, 0]);
  });

  it("goes on from moments and a number of steps as if it had taken them", () => {
    const { start, steps } = oracle.plain;
    const whole = Float32Array.from(start);
    const first = new AdamW(whole);
    const take = (optimizer: AdamW, at: number) =>
      optimizer.step(Float32Array.from(steps[at].gradients), groups(steps[at].rate));
    for (const at of [0, 1]) take(first, at);
    const half = whole.slice();
    const second = new AdamW(half);
    for (const [i, moment] of second.moments.entries()) moment.set(first.moments[i]);
    second.steps = 2;
    for (const at of [2, 3, 4]) {
      take(first, at);
      take(second, at);
    }
    expect(half).toEqual(whole);
  });
});

describe("norm", () => {
  it("is the Euclidean length", () => {
    expect(norm(Float32Array.of(3, 0, -4))).toBe(5);
    expect(norm(new Float32Array(2))).toBe(0);
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
