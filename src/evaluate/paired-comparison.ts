import { compareMultiLabel, type MultiLabelComparison } from "./compare-multi-label.js";
import { compareSingleLabel, type SingleLabelComparison } from "./compare-single-label.js";
import { RowsDifferError } from "./errors.js";
import type { MultiLabelInput, ScoreOptions, SingleLabelInput } from "./types.js";

/** A paired test of either kind. */
export type PairedComparison = SingleLabelComparison | MultiLabelComparison;

/**
 * Compares two classifiers on the same rows by paired tests. Differences are B minus A.
 * @throws RowsDifferError when the rows, or their labels, are not the same.
 * @throws EvaluationInputError when an input does not fit together.
 */
export function pairedComparison(
  a: SingleLabelInput,
  b: SingleLabelInput,
  options?: ScoreOptions,
): SingleLabelComparison;
export function pairedComparison(a: MultiLabelInput, b: MultiLabelInput, options?: ScoreOptions): MultiLabelComparison;
export function pairedComparison(
  a: SingleLabelInput | MultiLabelInput,
  b: SingleLabelInput | MultiLabelInput,
  options?: ScoreOptions,
): PairedComparison {
  const multiA = "thresholds" in a;
  const multiB = "thresholds" in b;
  if (multiA && multiB) return compareMultiLabel(a, b, options);
  if (!multiA && !multiB) return compareSingleLabel(a, b, options);
  const kind = (multi: boolean) => (multi ? "multi-label" : "single-label");
  throw new RowsDifferError("kind of classifier", kind(multiA), kind(multiB));
}
