import { describe, expect, it } from "vitest";
import type { CurvePoint } from "../../src/experiments/curve-result.js";
import { exchangeRate } from "../../src/experiments/exchange-rate.js";
import { fitPowerLaw } from "../../src/experiments/power-law.js";

const summary = (mean: number) => ({ mean, interval: null, draws: 1 });

function curveOf(method: CurvePoint["method"], accuracies: Record<number, number>): CurvePoint[] {
  return Object.entries(accuracies).map(([shots, mean]) => {
    const perClass = Number(shots);
    return { method, shots: perClass, perClass, accuracy: summary(mean), macroF1: summary(mean), seconds: 1 };
  });
}

describe("fitPowerLaw", () => {
  it("adds to its interval what the test rows leave uncertain, however well the points lie on it", () => {
    const points = [2, 4, 8, 16].map((n) => ({ n, error: 0.6 * n ** -0.3 }));
    const at = (testRows?: number) => fitPowerLaw(points, testRows)!.errorAt(32);
    const { error, interval } = at(100);
    expect(at().interval[1] - at().interval[0]).toBeLessThan(1e-6);
    const half = 1.96 * Math.sqrt((error * (1 - error)) / 100);
    expect((interval[1] - interval[0]) / 2).toBeCloseTo(half, 1);
    expect(at(100_000).interval[1]).toBeLessThan(interval[1]);
  });

  it("finds the law that errors follow, and is sure of it", () => {
    const law = fitPowerLaw([2, 4, 8, 16].map((n) => ({ n, error: 0.6 * n ** -0.4 })))!;
    expect([law.a, law.b, law.r2]).toEqual([0.6, 0.4, 1].map((value) => expect.closeTo(value, 10)));
    const { error, interval } = law.errorAt(64);
    expect(error).toBeCloseTo(0.6 * 64 ** -0.4, 10);
    expect(interval[1] - interval[0]).toBeLessThan(1e-6);
    expect(law.warning).toBeUndefined();
  });

  it("has the prediction interval of ordinary least squares", () => {
    const points = [2, 4, 8, 16].map((n, i) => ({ n, error: [0.5, 0.38, 0.36, 0.25][i] }));
    const { error, interval } = fitPowerLaw(points)!.errorAt(32);
    // numpy 2.4.6: polyfit of logs, t.ppf(0.975, 2) = 4.302652729911275
    expect(error).toBeCloseTo(0.21213203435596423, 10);
    expect(interval[0]).toBeCloseTo(0.11515342191677881, 6);
    expect(interval[1]).toBeCloseTo(0.390783003, 6);
  });

  it("warns where it does not fit and where errors rise, and refuses two points", () => {
    expect(fitPowerLaw([2, 4, 8, 16].map((n, i) => ({ n, error: [0.3, 0.2, 0.3, 0.2][i] })))!.warning).toMatch(/badly/);
    expect(fitPowerLaw([2, 4, 8].map((n) => ({ n, error: 0.1 * n ** 0.2 })))!.warning).toMatch(/do not fall/);
    expect(
      fitPowerLaw([
        { n: 2, error: 0.1 },
        { n: 4, error: 0.05 },
        { n: 8, error: 0 },
      ]),
    ).toBeNull();
  });
});

describe("exchangeRate", () => {
  it("reads where from scratch reaches transfer with 8 labels, between sizes by their logarithm", () => {
    const points = [
      ...curveOf("head", { 2: 0.6, 8: 0.8 }),
      ...curveOf("bag-of-words", { 8: 0.5, 32: 0.75, 128: 0.85 }),
    ];
    const rate = exchangeRate(points)!;
    expect(rate).toMatchObject({ transfer: "head", perClass: 8, accuracy: 0.8, scratch: "bag-of-words" });
    expect(rate.needed).toBeCloseTo(64, 6);
  });

  it("says so when from scratch does not get there, and where a law would", () => {
    const scratch = Object.fromEntries([2, 8, 32].map((n) => [n, 1 - 0.8 * n ** -0.3]));
    const rate = exchangeRate([...curveOf("adapted", { 8: 0.9 }), ...curveOf("random-weights", scratch)])!;
    expect([rate.needed, rate.tried]).toEqual([null, 32]);
    expect(rate.extrapolated).toBeNull(); // three sizes are too few to trust
    const four = { ...scratch, 128: 1 - 0.8 * 128 ** -0.3 };
    const further = exchangeRate([...curveOf("adapted", { 8: 0.9 }), ...curveOf("random-weights", four)])!;
    expect(further.extrapolated).toBeCloseTo((0.8 / 0.1) ** (1 / 0.3), 3);
  });
});
