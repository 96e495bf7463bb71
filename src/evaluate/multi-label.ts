import { averagePrecision } from "./average-precision.js";
import { bootstrap, percentileInterval } from "./bootstrap.js";
import { classScores } from "./class-counts.js";
import { decideLabels, labelSummarizer, samplesF1Of } from "./label-decisions.js";
import { meanBinaryCrossEntropy } from "./log-loss.js";
import type { MultiLabelInput, MultiLabelScores, ScoreOptions } from "./types.js";
import { checkMultiLabel } from "./validate.js";

/**
 * Scores a classifier that gives each row any number of labels. Figures agree with scikit-learn's `f1_score`,
 * `accuracy_score`, `hamming_loss` and `average_precision_score` on label indicators. Deterministic for a seed.
 * @throws EvaluationInputError when the input does not fit together.
 */
export function scoreMultiLabel(input: MultiLabelInput, options?: ScoreOptions): MultiLabelScores {
  checkMultiLabel(input);
  const { probabilities, labels, thresholds, labelNames } = input;
  const classes = labelNames.length;
  const decisions = decideLabels(input);
  const n = decisions.exact.length;
  const { counts, figures } = labelSummarizer(decisions, classes);
  const [microF1, macroF1, subsetAccuracy] = figures(Int32Array.from({ length: n }, (_, i) => i));
  const perClass = labelNames.map((label, k) => ({
    ...classScores(counts, k, label),
    threshold: thresholds[k],
    averagePrecision: averagePrecision(probabilities, labels, k, classes),
  }));
  const wrong = counts.truePositives.reduce(
    (sum, hits, k) => sum + counts.support[k] + counts.predicted[k] - 2 * hits,
    0,
  );
  return {
    kind: "multi-label",
    n,
    subsetAccuracy,
    microF1,
    macroF1,
    samplesF1: samplesF1Of(decisions),
    hammingLoss: wrong / (n * classes),
    logLoss: meanBinaryCrossEntropy(probabilities, labels),
    meanAveragePrecision: perClass.reduce((sum, { averagePrecision: ap }) => sum + ap, 0) / classes,
    perClass,
    intervals: intervalsOf(bootstrap(n, figures, options)),
  };
}

function intervalsOf(values: Float64Array[]): MultiLabelScores["intervals"] {
  if (values.length === 0) return null;
  const [microF1, macroF1, subsetAccuracy] = values.map(percentileInterval);
  return { microF1, macroF1, subsetAccuracy };
}
