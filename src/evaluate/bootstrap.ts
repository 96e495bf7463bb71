import { OptionError } from "../errors.js";
import { Random } from "../random.js";
import type { Interval, ScoreOptions } from "./types.js";

const DEFAULT_RESAMPLES = 1000;
/** Seed of resampling when the caller gives no generator. */
export const DEFAULT_SEED = 42;

/**
 * Draws N rows with replacement, once per resample, and collects the statistics that `statistics` computes of them.
 *
 * Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
 * @param rows [N].
 * @param statistics gets row indices [N] (the same buffer every time) and returns S figures.
 * @returns S arrays of one value per resample; empty when `resamples` is 0.
 * @throws OptionError when `resamples` is not a whole number of at least 0.
 */
export function bootstrap(
  rows: number,
  statistics: (drawn: Int32Array) => readonly number[],
  { random = new Random(DEFAULT_SEED), resamples = DEFAULT_RESAMPLES }: ScoreOptions = {},
): Float64Array[] {
  if (!Number.isInteger(resamples) || resamples < 0) {
    throw new OptionError("resamples", resamples, "a whole number of at least 0");
  }
  const drawn = new Int32Array(rows);
  const values: Float64Array[] = [];
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < rows; i++) drawn[i] = random.integer(rows);
    for (const [s, value] of statistics(drawn).entries()) {
      values[s] ??= new Float64Array(resamples);
      values[s][r] = value;
    }
  }
  return values;
}

/** The central 95% of bootstrap values. */
export function percentileInterval(values: Float64Array): Interval {
  const sorted = Float64Array.from(values).sort();
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** Quantile of ascending values by linear interpolation (numpy's default, type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: Float64Array, q: number): number {
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
}
