import { Random } from "../random.js";
import { bootstrap, DEFAULT_SEED, percentileInterval } from "./bootstrap.js";
import { binOf, CALIBRATION_BINS } from "./calibration.js";
import {
  type ClassCounts,
  classScores,
  clearCounts,
  emptyCounts,
  macroF1OfPresent,
  weightedF1Of,
} from "./class-counts.js";
import { eceInterval } from "./ece-interval.js";
import { type PredictedRows, predictRows } from "./predicted-rows.js";
import type { ScoreOptions, SingleLabelInput, SingleLabelScores } from "./types.js";
import { checkSingleLabel } from "./validate.js";

/**
 * Scores a classifier that gives each row one label. Figures agree with scikit-learn's `accuracy_score`, `f1_score`,
 * `log_loss` and `confusion_matrix`; ECE as Guo et al. 2017. Intervals are percentiles of a bootstrap over rows, that
 * of ECE corrected for its bias. Deterministic for a seed.
 * @throws EvaluationInputError when the input does not fit together.
 */
export function scoreSingleLabel(
  input: SingleLabelInput,
  { random = new Random(DEFAULT_SEED), resamples }: ScoreOptions = {},
): SingleLabelScores {
  checkSingleLabel(input);
  const rows = predictRows(input);
  const { labelNames } = input;
  const n = input.labels.length;
  const classes = labelNames.length;
  const summary = summarizer(rows, classes);
  const [accuracy, macroF1, logLoss, ece] = summary.figures(Int32Array.from({ length: n }, (_, i) => i));
  const { counts, bin } = summary;
  const scores: SingleLabelScores = {
    kind: "single-label",
    n,
    accuracy,
    macroF1,
    weightedF1: weightedF1Of(counts),
    logLoss,
    ece,
    majorityAccuracy: counts.support.subarray(0, classes).reduce((a, b) => Math.max(a, b), 0) / n,
    perClass: labelNames.map((label, k) => classScores(counts, k, label)),
    confusion: confusionCounts(rows, classes),
    unknownLabels: counts.support[classes],
    intervals: null,
  };
  const values = bootstrap(n, summary.figures, { random, resamples });
  if (values.length === 0) return scores;
  const [byAccuracy, byMacroF1, byLogLoss, byEce] = values;
  scores.intervals = {
    accuracy: percentileInterval(byAccuracy),
    macroF1: percentileInterval(byMacroF1),
    logLoss: percentileInterval(byLogLoss),
    ece: eceInterval(ece, byEce, rows.confidence, bin, random),
  };
  return scores;
}

/**
 * Computes accuracy, macro-F1, log loss and ECE of drawn rows from counts, without a look at the probabilities.
 * `counts` has one class more than the model (unknown labels) and holds what the last call counted.
 */
function summarizer(
  { truth, predicted, confidence, correct, loss }: PredictedRows,
  classes: number,
): { counts: ClassCounts; bin: Uint8Array; figures: (drawn: Int32Array) => number[] } {
  const counts = emptyCounts(classes + 1);
  const bin = Uint8Array.from(confidence, (p) => binOf(p, CALIBRATION_BINS));
  const gap = new Float64Array(CALIBRATION_BINS);
  const figures = (drawn: Int32Array) => {
    clearCounts(counts);
    gap.fill(0);
    let right = 0;
    let lossSum = 0;
    for (let j = 0; j < drawn.length; j++) {
      const i = drawn[j];
      counts.support[truth[i]]++;
      counts.predicted[predicted[i]]++;
      counts.truePositives[predicted[i]] += correct[i];
      right += correct[i];
      lossSum += loss[i];
      gap[bin[i]] += correct[i] - confidence[i];
    }
    // (n_b / n) |observed_b - confidence_b| = |Σ_{i in b} correct_i - confidence_i| / n
    const ece = gap.reduce((sum, g) => sum + Math.abs(g), 0) / drawn.length;
    return [right / drawn.length, macroF1OfPresent(counts), lossSum / drawn.length, ece];
  };
  return { counts, bin, figures };
}

function confusionCounts({ truth, predicted }: PredictedRows, classes: number): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  truth.forEach((actual, i) => {
    if (actual < classes) confusion[actual][predicted[i]]++;
  });
  return confusion;
}
