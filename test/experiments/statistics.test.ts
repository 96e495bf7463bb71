import { describe, expect, it } from "vitest";
import { holm, kendallTau, pairedSummary, summarize, tQuantile } from "../../src/experiments/statistics.js";

/** jstat inverts the incomplete beta function to about 4e-7. */
const quantileTolerance = 6;

describe("summarize", () => {
  it("gives the interval of Student's t, as scipy.stats.t.interval does", () => {
    const { mean, interval } = summarize([0.71, 0.74, 0.69, 0.8, 0.76]);
    expect(mean).toBeCloseTo(0.74, 12);
    // scipy 1.17.1: t.interval(0.95, 4, loc=0.74, scale=sem([0.71, 0.74, 0.69, 0.8, 0.76]))
    expect(interval![0]).toBeCloseTo(0.6865940120753729, quantileTolerance);
    expect(interval![1]).toBeCloseTo(0.7934059879246271, quantileTolerance);
  });

  it("has no interval for a single draw", () => {
    expect(summarize([0.5])).toEqual({ mean: 0.5, interval: null, draws: 1 });
  });

  it("has the quantiles of scipy.stats.t.ppf", () => {
    expect(tQuantile(4)).toBeCloseTo(2.7764451051977934, quantileTolerance);
    expect(tQuantile(1)).toBeCloseTo(12.706204736174694, quantileTolerance);
    expect(tQuantile(30)).toBeCloseTo(2.0422724563012378, quantileTolerance);
  });
});

describe("pairedSummary", () => {
  it("takes differences on the same draws, as scipy.stats.ttest_rel does", () => {
    const a = [0.61, 0.7, 0.66, 0.72];
    const b = [0.66, 0.73, 0.66, 0.79];
    const paired = pairedSummary(a, b);
    expect(paired.difference).toBeCloseTo(0.0375, 12);
    expect([paired.wins, paired.ties, paired.losses]).toEqual([3, 1, 0]);
    expect(paired.p).toBeCloseTo(0.0868110927710479, 8); // scipy 1.17.1: ttest_rel(b, a).pvalue
  });

  it("claims no certainty from draws that are copies of each other", () => {
    expect(pairedSummary([0.5, 0.5, 0.5], [0.6, 0.6, 0.6])).toMatchObject({ interval: null, p: null, wins: 3 });
  });

  it("says nothing of p where there is one draw, and 1 where nothing differs", () => {
    expect(pairedSummary([0.1], [0.2]).p).toBeNull();
    expect(pairedSummary([0.1, 0.2], [0.1, 0.2]).p).toBe(1);
  });
});

describe("holm", () => {
  it("multiplies the smallest by their number, the next by one less, and never falls", () => {
    expect(holm([0.04, 0.01, null, 0.03])).toEqual([0.06, 0.03, null, 0.06]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
  });
});

describe("kendallTau", () => {
  it("agrees with scipy.stats.kendalltau, ties among them", () => {
    expect(kendallTau([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(2 / 3, 12);
    expect(kendallTau([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(0.9128709291752769, 12);
    expect(kendallTau([1, 1], [1, 2])).toBeNull();
  });
});
