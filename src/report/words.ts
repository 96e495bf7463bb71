import type { Interval } from "../evaluate/types.js";
import { percent } from "./format.js";

/** 0.712 as "71.2". */
export function points(share: number): string {
  return (100 * share).toFixed(1);
}

/** A difference of shares in points with its sign, "+3.1" or "−0.4". */
export function signedPoints(difference: number): string {
  return `${difference < 0 ? "−" : "+"}${points(Math.abs(difference))}`;
}

/** An interval of a share, which cannot leave 0 … 1: Student's t does not know that. */
export function boundedShare(interval: Interval | null): Interval | null {
  return interval && [Math.max(0, interval[0]), Math.min(1, interval[1])];
}

/** "84.1% (81.0 to 87.2)". */
export function percentWithin(mean: number, of: Interval | null): string {
  const interval = boundedShare(of);
  return interval ? `${percent(mean)} (${points(interval[0])} to ${points(interval[1])})` : percent(mean);
}

/** "71.2 ± 3.4", or "71.2" of a single draw; of two draws Student's t may leave the scale, a share cannot. */
export function plusMinus(mean: number, interval: Interval | null): string {
  return interval ? `${points(mean)} ± ${points(Math.min(1, (interval[1] - interval[0]) / 2))}` : points(mean);
}

/** "+3.1 (+0.4 to +5.8)". */
export function differenceWithin(difference: number, interval: Interval | null): string {
  const ends = interval ? ` (${signedPoints(interval[0])} to ${signedPoints(interval[1])})` : "";
  return `${signedPoints(difference)}${ends}`;
}

/** What a number of draws says about the intervals; undefined where there are enough. */
export function drawsWarning(draws: number): string | undefined {
  if (draws === 1) return "One draw: there are no intervals, and another draw may well say something else.";
  return draws < 5 ? `${draws} draws are few: the intervals are wide and themselves uncertain.` : undefined;
}

/** What the number of test rows says about accuracies, beside what the draws say. @param accuracy the largest one's mean */
export function testRowsWarning(testRows: number, accuracy: number, draws: number): string {
  const half = 1.96 * Math.sqrt((accuracy * (1 - accuracy)) / testRows);
  const ofDraws = draws > 1 ? "Intervals are over draws of training rows. " : "";
  return `${ofDraws}All are scored on the same ${testRows} test rows, which by themselves leave about ± ${points(half)} points.`;
}

/** A handful of values as bars of eighths. @param scale values of which the least is the lowest bar, the largest the highest */
export function sparkline(values: readonly number[], scale = values): string {
  const [low, high] = [Math.min(...scale), Math.max(...scale)];
  const step = (value: number) => (high === low ? 3 : Math.round((7 * (value - low)) / (high - low)));
  return values.map((value) => "▁▂▃▄▅▆▇█"[step(value)]).join("");
}

/** "40 s", "3 min", "1.5 h". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
