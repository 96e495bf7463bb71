import type { Interval, MultiLabelScores, Scores, SingleLabelScores } from "../evaluate/types.js";
import { decimal, percent } from "./format.js";

/** One of the figures that stand first, on the page and in the terminal. */
export interface HeadlineFigure {
  name: string;
  value: number;
  format: (value: number) => string;
  interval?: Interval;
  note?: string;
}

/** The headline figures of either kind, the most important first. */
export function headlineFigures(scores: Scores): HeadlineFigure[] {
  return scores.kind === "single-label" ? ofSingleLabel(scores) : ofMultiLabel(scores);
}

function ofSingleLabel(scores: SingleLabelScores): HeadlineFigure[] {
  const { intervals } = scores;
  return [
    { name: "Accuracy", value: scores.accuracy, format: percent, interval: intervals?.accuracy },
    { name: "Macro-F1", value: scores.macroF1, format: decimal, interval: intervals?.macroF1 },
    {
      name: "Majority baseline",
      value: scores.majorityAccuracy,
      format: percent,
      note: "always the most frequent label",
    },
    { name: "Weighted F1", value: scores.weightedF1, format: decimal },
    { name: "Log loss", value: scores.logLoss, format: decimal, interval: intervals?.logLoss },
    { name: "Calibration error (ECE)", value: scores.ece, format: decimal, interval: intervals?.ece },
  ];
}

function ofMultiLabel(scores: MultiLabelScores): HeadlineFigure[] {
  const { intervals } = scores;
  return [
    { name: "Micro-F1", value: scores.microF1, format: decimal, interval: intervals?.microF1 },
    { name: "Macro-F1", value: scores.macroF1, format: decimal, interval: intervals?.macroF1 },
    { name: "All labels right", value: scores.subsetAccuracy, format: percent, interval: intervals?.subsetAccuracy },
    { name: "Samples F1", value: scores.samplesF1, format: decimal },
    { name: "Mean average precision", value: scores.meanAveragePrecision, format: decimal },
    { name: "Hamming loss", value: scores.hammingLoss, format: decimal, note: "share of wrong label decisions" },
    { name: "Log loss", value: scores.logLoss, format: decimal, note: "per label decision" },
  ];
}
