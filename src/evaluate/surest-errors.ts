import { decideLabels, mistakesOfRow } from "./label-decisions.js";
import { predictRows } from "./predicted-rows.js";
import type { MultiLabelInput, SingleLabelInput } from "./types.js";
import { checkMultiLabel, checkSingleLabel } from "./validate.js";

/** A row that was labelled wrongly. */
export interface SureError {
  /** Index of the row, from 0. */
  row: number;
  /** True labels; empty when the model does not know the row's label, or when a multi-label row has none. */
  actual: string[];
  /** Labels given. */
  predicted: string[];
  /**
   * Single-label: the probability of the wrong class. Multi-label: how far the worst decision lies beyond its threshold,
   * from 0 (at the threshold) to 1 (a wrong label of probability 1, or a missed one of probability 0).
   */
  confidence: number;
}

/**
 * The rows most surely wrong, surest first: the ones where the model, or the given label, deserves a look.
 * @throws EvaluationInputError when the input does not fit together.
 */
export function surestErrors(input: SingleLabelInput | MultiLabelInput, limit = 20): SureError[] {
  const errors = "thresholds" in input ? labelErrors(input) : classErrors(input);
  return errors.sort((a, b) => b.confidence - a.confidence || a.row - b.row).slice(0, limit);
}

function classErrors(input: SingleLabelInput): SureError[] {
  checkSingleLabel(input);
  const { labels, labelNames } = input;
  const { predicted, confidence, correct } = predictRows(input);
  const errors: SureError[] = [];
  correct.forEach((right, row) => {
    if (right) return;
    const actual = labels[row] === -1 ? [] : [labelNames[labels[row]]];
    errors.push({ row, actual, predicted: [labelNames[predicted[row]]], confidence: confidence[row] });
  });
  return errors;
}

function labelErrors(input: MultiLabelInput): SureError[] {
  checkMultiLabel(input);
  const { probabilities, labels, thresholds, labelNames } = input;
  const classes = labelNames.length;
  const decisions = decideLabels(input);
  const errors: SureError[] = [];
  decisions.exact.forEach((right, row) => {
    if (right) return;
    const p = (k: number) => probabilities[row * classes + k];
    const { missed, given } = mistakesOfRow(decisions, row);
    const beyond = [
      ...missed.map((k) => (thresholds[k] - p(k)) / thresholds[k]),
      ...given.map((k) => (thresholds[k] < 1 ? (p(k) - thresholds[k]) / (1 - thresholds[k]) : 0)),
    ];
    errors.push({
      row,
      actual: labelNames.filter((_, k) => labels[row * classes + k] === 1),
      predicted: labelNames.filter((_, k) => p(k) >= thresholds[k]),
      confidence: Math.max(...beyond),
    });
  });
  return errors;
}
