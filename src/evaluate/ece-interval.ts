import type { Random } from "../random.js";
import { percentileInterval, quantile } from "./bootstrap.js";
import { CALIBRATION_BINS } from "./calibration.js";
import type { Interval } from "./types.js";

/**
 * 95% interval of the expected calibration error.
 *
 * ECE is biased upwards: absolute values of noise add up, and resampling adds noise again, so that plain percentiles
 * never reach the 0 of a calibrated model. Two corrections: the ends are mirrored at the estimate (the basic bootstrap,
 * Davison and Hinkley 1997, section 5.2.1), and the lower end is 0 unless the estimate is above 95% of what a
 * calibrated model with the same confidences would show (consistency resampling, Bröcker and Smith 2007).
 * @param values ECE of each bootstrap resample, [R].
 * @param confidence top probability, [N]. @param bin the bin of each, [N].
 */
export function eceInterval(
  ece: number,
  values: Float64Array,
  confidence: Float32Array,
  bin: Uint8Array,
  random: Random,
): Interval {
  const [low, high] = percentileInterval(values);
  const calibrated = calibratedErrors(confidence, bin, random, Math.min(values.length, MOST_DRAWS));
  const consistent = ece <= quantile(calibrated.sort(), 0.95);
  return [consistent ? 0 : Math.max(0, 2 * ece - high), Math.max(ece, 2 * ece - low)];
}

// Enough for a 95th percentile.
const MOST_DRAWS = 400;

/** ECE of outcomes drawn with the confidences as their probabilities, one per draw. */
function calibratedErrors(confidence: Float32Array, bin: Uint8Array, random: Random, draws: number): Float64Array {
  const gap = new Float64Array(CALIBRATION_BINS);
  return new Float64Array(draws).map(() => {
    gap.fill(0);
    for (let i = 0; i < confidence.length; i++) {
      gap[bin[i]] += (random.uniform() < confidence[i] ? 1 : 0) - confidence[i];
    }
    return gap.reduce((sum, g) => sum + Math.abs(g), 0) / confidence.length;
  });
}
