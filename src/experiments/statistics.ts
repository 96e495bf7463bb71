import jstat from "jstat";
import type { Interval } from "../evaluate/types.js";
import { average, standardError } from "../mean.js";

/** A figure over draws. */
export interface Summary {
  mean: number;
  /** 95%, from Student's t over the draws; null for a single draw. */
  interval: Interval | null;
  draws: number;
}

/** How b does beside a on the same draws. */
export interface PairedSummary {
  /** Mean of b − a. */
  difference: number;
  interval: Interval | null;
  /** Draws where b is above a, equal, below. */
  wins: number;
  ties: number;
  losses: number;
  draws: number;
  /** Two-sided, of the paired t test; null for a single draw, and where all differ by the same. */
  p: number | null;
  /** a and b on each draw. */
  pairs: (readonly [number, number])[];
}

/** Mean and 95% interval over draws: mean ± t(0.975, n − 1) s / √n. @param values [n], at least one. */
export function summarize(values: readonly number[]): Summary {
  const draws = values.length;
  const mean = average(values);
  if (draws < 2) return { mean, interval: null, draws };
  const half = tQuantile(draws - 1) * standardError(values);
  return { mean, interval: [mean - half, mean + half], draws };
}

/** The paired difference over draws, with the paired t test. @param a [n] @param b [n], the same draws in the same order. */
export function pairedSummary(a: readonly number[], b: readonly number[]): PairedSummary {
  const differences = b.map((value, i) => value - a[i]);
  const { mean: difference, interval: ofMean, draws } = summarize(differences);
  const isConstant = differences.every((d) => Math.abs(d - differences[0]) < 1e-12);
  const interval = isConstant && difference !== 0 ? null : ofMean;
  const wins = differences.filter((d) => d > 0).length;
  const losses = differences.filter((d) => d < 0).length;
  const pairs = a.map((value, i) => [value, b[i]] as const);
  return { difference, interval, wins, ties: draws - wins - losses, losses, draws, p: pairedP(differences), pairs };
}

function pairedP(differences: readonly number[]): number | null {
  if (differences.length < 2) return null;
  const mean = average(differences);
  const isConstant = differences.every((d) => Math.abs(d - differences[0]) < 1e-12);
  const error = isConstant ? 0 : standardError(differences);
  if (error === 0) return mean === 0 ? 1 : null; // draws that are copies of each other tell nothing of chance
  return Math.min(1, 2 * jstat.studentt.cdf(-Math.abs(mean / error), differences.length - 1));
}

/** p values corrected for their number (Holm 1979): the i-th smallest of m times m − i + 1, kept rising; null stays null. */
export function holm(ps: readonly (number | null)[]): (number | null)[] {
  const known = ps.flatMap((p, i) => (p === null ? [] : [{ p, i }])).sort((x, y) => x.p - y.p);
  const corrected = [...ps];
  let highest = 0;
  known.forEach(({ p, i }, rank) => {
    highest = Math.max(highest, Math.min(1, p * (known.length - rank)));
    corrected[i] = highest;
  });
  return corrected;
}

/** The 97.5% quantile of Student's t. */
export function tQuantile(degreesOfFreedom: number): number {
  return jstat.studentt.inv(0.975, degreesOfFreedom);
}

/**
 * Kendall's τ_b between two scores of the same things: agreement of their rankings from −1 to 1, ties taken into account
 * (Kendall 1945); null where one of them ranks nothing.
 */
export function kendallTau(a: readonly number[], b: readonly number[]): number | null {
  let [agreeing, pairsA, pairsB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const [signA, signB] = [Math.sign(a[i] - a[j]), Math.sign(b[i] - b[j])];
      agreeing += signA * signB;
      pairsA += Math.abs(signA);
      pairsB += Math.abs(signB);
    }
  }
  return pairsA * pairsB === 0 ? null : agreeing / Math.sqrt(pairsA * pairsB);
}
