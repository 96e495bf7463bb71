import { percentileInterval } from "./bootstrap.js";
import type { Interval } from "./types.js";

/** A score of two classifiers on the same rows. */
export interface PairedDifference {
  a: number;
  b: number;
  /** b - a: what going from A to B brings. */
  difference: number;
  /** 95% paired bootstrap interval of the difference; null without resamples. */
  interval: Interval | null;
  /** Two-sided p from the paired bootstrap; null without resamples. */
  p: number | null;
}

/** Rows by who has them right. */
export interface PairedCounts {
  bothRight: number;
  onlyA: number;
  onlyB: number;
  bothWrong: number;
}

/** Counts rows by who has them right. @param rightA [N]. @param rightB [N]. */
export function pairedCounts(rightA: Uint8Array, rightB: Uint8Array): PairedCounts {
  const counts = { bothRight: 0, onlyA: 0, onlyB: 0, bothWrong: 0 };
  rightA.forEach((a, i) => {
    counts[a ? (rightB[i] ? "bothRight" : "onlyA") : rightB[i] ? "onlyB" : "bothWrong"]++;
  });
  return counts;
}

/**
 * The difference of a score with its interval and p from paired resamples: p = 2 min(P*(d ≤ 0), P*(d ≥ 0)) with one
 * added to counts and resamples, so that it is never 0 (Efron and Tibshirani 1993, chapter 15; Koehn 2004).
 */
export function pairedDifference(
  a: number,
  b: number,
  valuesA: Float64Array | undefined,
  valuesB: Float64Array | undefined,
): PairedDifference {
  if (!valuesA || !valuesB) return { a, b, difference: b - a, interval: null, p: null };
  const differences = valuesB.map((value, r) => value - valuesA[r]);
  const below = differences.filter((d) => d <= 0).length;
  const above = differences.filter((d) => d >= 0).length;
  const p = Math.min(1, (2 * (Math.min(below, above) + 1)) / (differences.length + 1));
  return { a, b, difference: b - a, interval: percentileInterval(differences), p };
}
