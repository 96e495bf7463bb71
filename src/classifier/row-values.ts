import type { AddedValue } from "../data/write.js";
import type { TextClassifier } from "./classifier.js";

/** What is written beside each row. */
export interface RowOptions {
  /** Also the k likeliest labels. */
  top?: number;
  /** Also the probability of every label. */
  all?: boolean;
  /** Below this confidence the label is `abstainAs`. */
  minConfidence?: number;
  /** The label of rows on which the model abstains; without `minConfidence` those that fit none of its labels. */
  abstainAs?: string;
  /** Numbers stay numbers, as in JSON; else they are text with 4 decimals. */
  asNumbers?: boolean;
}

/** The added columns, and their values for one row. */
export interface RowValues {
  columns: string[];
  /** @param row [K] probabilities; null for a row without a text, whose values are empty. */
  of(row: Float32Array | null, outOfScope?: boolean): AddedValue[];
}

/**
 * `label` and `confidence`. Of several labels the confidence is that of the decision which is least sure: the lowest probability of a
 * given label, or 1 minus the highest where none is given.
 */
export function rowValues(
  model: Pick<TextClassifier, "labels" | "multiLabel" | "decide">,
  options: RowOptions,
): RowValues {
  const ranks = ranksOf(model, options.top ?? 0);
  const columns = ["label", "confidence"];
  for (const rank of ranks) columns.push(`label_${rank}`, `confidence_${rank}`);
  if (options.all) columns.push(...model.labels.map((label) => `p_${label}`));
  const number = (p: number) => (options.asNumbers ? Number(p.toFixed(4)) : p.toFixed(4));
  return {
    columns,
    of(row, outOfScope = false) {
      if (row === null) return columns.map(() => "");
      const { label, confidence } = decision(model, row);
      const { minConfidence, abstainAs } = options;
      const isUnsure = minConfidence === undefined ? outOfScope && abstainAs !== undefined : confidence < minConfidence;
      const values = [isUnsure ? (abstainAs ?? "unknown") : label, number(confidence)];
      const order = ranks.length === 0 ? [] : [...row.keys()].sort((a, b) => row[b] - row[a] || a - b);
      for (const rank of ranks) values.push(model.labels[order[rank - 1]], number(row[order[rank - 1]]));
      if (options.all) values.push(...Array.from(row, number));
      return values;
    },
  };
}

/** The ranks that get columns: where there is one label a row, `label` is the first. */
function ranksOf(model: Pick<TextClassifier, "labels" | "multiLabel">, top: number): number[] {
  const ranks = Array.from({ length: Math.min(top, model.labels.length) }, (_, i) => i + 1);
  return model.multiLabel ? ranks : ranks.slice(1);
}

function decision(model: Pick<TextClassifier, "decide">, row: Float32Array): { label: AddedValue; confidence: number } {
  const decided = model.decide(row);
  if ("label" in decided) return decided;
  const { labels, confidences } = decided;
  const confidence = labels.length > 0 ? Math.min(...confidences) : 1 - Math.max(...row);
  return { label: labels, confidence };
}
