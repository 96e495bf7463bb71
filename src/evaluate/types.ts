import type { Random } from "../random.js";

/** What a classifier with exactly one label a row said, beside the truth. */
export interface SingleLabelInput {
  /** Row-major probabilities, [N, K]. */
  probabilities: Float32Array;
  /** True class of each row, [N]; -1 is a label that the model does not know, always counted as wrong. */
  labels: Int32Array;
  /** Names of the classes, [K]. */
  labelNames: readonly string[];
}

/** What a classifier with any number of labels a row said, beside the truth. */
export interface MultiLabelInput {
  /** Row-major probabilities, [N, K]. */
  probabilities: Float32Array;
  /** 1 where the label is true of the row, else 0, [N, K]. */
  labels: Uint8Array;
  /** A label is given when its probability is at or above its threshold, [K]. */
  thresholds: Float32Array;
  /** Names of the labels, [K]. */
  labelNames: readonly string[];
}

/** How intervals are made. */
export interface ScoreOptions {
  /** Source of the resamples; seed 42 when absent. */
  random?: Random;
  /** Bootstrap resamples; 1000 when absent, 0 for no intervals. */
  resamples?: number;
}

/** Lower and upper end of a 95% interval. */
export type Interval = [low: number, high: number];

/** Precision, recall and F1 of one class; 0 where the denominator is 0, as in scikit-learn. */
export interface ClassScores {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  /** Rows that truly have the label. */
  support: number;
}

/** Scores of a single-label classifier; figures agree with scikit-learn. */
export interface SingleLabelScores {
  kind: "single-label";
  /** Rows scored. */
  n: number;
  accuracy: number;
  /** Mean F1 over the classes that occur among labels or predictions; labels unknown to the model form one more class, of F1 0. */
  macroF1: number;
  /** Mean F1 weighted by support. */
  weightedF1: number;
  /** Mean negative log-likelihood in nats. */
  logLoss: number;
  /** Expected calibration error of the top probability, 15 equal-width bins. */
  ece: number;
  /** Accuracy of always saying the most frequent label of these rows. */
  majorityAccuracy: number;
  perClass: ClassScores[];
  /** Rows counted by true (first index) and predicted class, [K, K]; rows of unknown labels are not in it. */
  confusion: number[][];
  /** Rows whose label the model does not know. */
  unknownLabels: number;
  /** 95% bootstrap intervals over rows; null when no resamples were asked for. */
  intervals: { accuracy: Interval; macroF1: Interval; logLoss: Interval; ece: Interval } | null;
}

/** Scores of one label of a multi-label classifier. */
export interface LabelScores extends ClassScores {
  threshold: number;
  /** Area under the precision-recall steps; 0 for a label without a positive row, as in scikit-learn. */
  averagePrecision: number;
}

/** Scores of a multi-label classifier; figures agree with scikit-learn. */
export interface MultiLabelScores {
  kind: "multi-label";
  /** Rows scored. */
  n: number;
  /** Share of rows whose whole label set is right. */
  subsetAccuracy: number;
  microF1: number;
  /** Mean F1 over all K labels. */
  macroF1: number;
  /** Mean over rows of the F1 between true and given label sets; 0 where both are empty. */
  samplesF1: number;
  /** Share of the N·K decisions that are wrong. */
  hammingLoss: number;
  /** Mean binary cross-entropy of the N·K decisions in nats. */
  logLoss: number;
  /** Mean over all K labels of average precision. */
  meanAveragePrecision: number;
  perClass: LabelScores[];
  /** 95% bootstrap intervals over rows; null when no resamples were asked for. */
  intervals: { microF1: Interval; macroF1: Interval; subsetAccuracy: Interval } | null;
}

/** Scores of either kind, told apart by `kind`. */
export type Scores = SingleLabelScores | MultiLabelScores;
