import { predictRows } from "./predicted-rows.js";
import type { MultiLabelInput, SingleLabelInput } from "./types.js";
import { checkMultiLabel, checkSingleLabel } from "./validate.js";

/** Bins of Guo et al. 2017. */
export const CALIBRATION_BINS = 15;

/** Predictions whose confidence lies in (low, high]; the first bin also holds 0. */
export interface ReliabilityBin {
  low: number;
  high: number;
  count: number;
  /** Mean probability that the model gave; the bin's middle when empty. */
  meanConfidence: number;
  /** Share that came true; 0 when empty. */
  observed: number;
}

/**
 * Bins of the reliability diagram: of a single-label classifier the top probability of each row against being right;
 * of a multi-label one every one of the N·K probabilities against the label being true.
 * Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2.
 */
export function reliabilityBins(input: SingleLabelInput | MultiLabelInput, bins = CALIBRATION_BINS): ReliabilityBin[] {
  if ("thresholds" in input) {
    checkMultiLabel(input);
    return binned(input.probabilities, input.labels, bins);
  }
  checkSingleLabel(input);
  const { confidence, correct } = predictRows(input);
  return binned(confidence, correct, bins);
}

/** ECE = Σ_b (n_b / n) |observed_b - confidence_b| (Guo et al. 2017, equation 3). */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const n = bins.reduce((sum, bin) => sum + bin.count, 0);
  return bins.reduce((sum, bin) => sum + (bin.count / n) * Math.abs(bin.observed - bin.meanConfidence), 0);
}

/** Index of the bin (i / bins, (i + 1) / bins] that holds a confidence. */
export function binOf(confidence: number, bins: number): number {
  return Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
}

function binned(confidence: Float32Array, outcome: Uint8Array, bins: number): ReliabilityBin[] {
  const count = new Float64Array(bins);
  const confidenceSum = new Float64Array(bins);
  const outcomeSum = new Float64Array(bins);
  for (let i = 0; i < confidence.length; i++) {
    const b = binOf(confidence[i], bins);
    count[b]++;
    confidenceSum[b] += confidence[i];
    outcomeSum[b] += outcome[i];
  }
  return Array.from(count, (n, b) => ({
    low: b / bins,
    high: (b + 1) / bins,
    count: n,
    meanConfidence: n ? confidenceSum[b] / n : (b + 0.5) / bins,
    observed: n ? outcomeSum[b] / n : 0,
  }));
}
