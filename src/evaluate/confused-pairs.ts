import { decideLabels, mistakesOfRow } from "./label-decisions.js";
import type { MultiLabelInput, SingleLabelScores } from "./types.js";
import { checkMultiLabel } from "./validate.js";

/** Rows of one class that were taken for another. */
export interface ConfusedPair {
  actual: string;
  predicted: string;
  count: number;
  /** Share of the rows of `actual`. */
  share: number;
}

/** The pairs of different classes that were confused most often, most rows first. */
export function mostConfused({ confusion, perClass }: SingleLabelScores, limit = 20): ConfusedPair[] {
  const pairs: ConfusedPair[] = [];
  confusion.forEach((row, actual) => {
    row.forEach((count, predicted) => {
      if (actual === predicted || count === 0) return;
      const { label, support } = perClass[actual];
      pairs.push({ actual: label, predicted: perClass[predicted].label, count, share: count / support });
    });
  });
  return pairs.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, limit);
}

/** Rows in which one label was missed while another was wrongly given. */
export interface LabelSubstitution {
  missed: string;
  given: string;
  count: number;
}

/** The mistakes that occur together in a row of a multi-label classifier, most rows first. */
export function labelSubstitutions(input: MultiLabelInput, limit = 20): LabelSubstitution[] {
  checkMultiLabel(input);
  const { labelNames } = input;
  const decisions = decideLabels(input);
  const counts = new Map<number, number>();
  for (let i = 0; i < decisions.exact.length; i++) {
    const { missed, given } = mistakesOfRow(decisions, i);
    for (const m of missed) {
      for (const g of given) {
        const key = m * labelNames.length + g;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return [...counts]
    .sort(([keyA, a], [keyB, b]) => b - a || keyA - keyB)
    .slice(0, limit)
    .map(([key, count]) => ({
      missed: labelNames[Math.floor(key / labelNames.length)],
      given: labelNames[key % labelNames.length],
      count,
    }));
}
