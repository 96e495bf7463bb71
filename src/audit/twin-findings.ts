import { basename } from "node:path";
import type { Dataset } from "../data/dataset.js";
import { duplicateGroups } from "../data/duplicates.js";
import type { LabelSet } from "../data/labels.js";
import type { Finding } from "./finding.js";
import type { Repeats, Twin } from "./repeats.js";

/** What cross-validated classifiers say, to tell which of two labels is the better one. */
export interface OutOfFoldWords {
  labelSet: LabelSet;
  /** [N, K] */
  probabilities: Float32Array;
}

/** Rows whose text stands with other labels elsewhere in the file. @param exact [N], see `duplicateGroups` */
export function conflictFindings(
  dataset: Dataset,
  { conflicting }: Repeats,
  exact: Int32Array,
  { labelSet, probabilities }: OutOfFoldWords,
): Finding[] {
  const likelihood = (row: number, labels: readonly string[]) =>
    labels.reduce((sum, label) => sum + probabilities[row * labelSet.names.length + labelSet.idOf(label)], 0);
  return fromTwins(dataset, conflicting, (row, twin) => {
    const theirs = dataset.labels[twin.row];
    const isBetter = !dataset.multiLabel && likelihood(row, theirs) > likelihood(row, dataset.labels[row]);
    const what =
      exact[row] === exact[twin.row] ? "the same text" : `nearly the same text (${twin.similarity.toFixed(3)})`;
    const reason = `${what} is labelled ${theirs.join(", ") || "nothing"} in line ${dataset.lines[twin.row]}`;
    return { kind: "conflict", reason, ...(isBetter && { suggested: theirs }), otherLine: dataset.lines[twin.row] };
  });
}

/** Rows that repeat an earlier one with the same labels. */
export function duplicateFindings(dataset: Dataset, { earlier }: Repeats, exact: Int32Array): Finding[] {
  return fromTwins(dataset, earlier, (row, twin) => {
    const nearly = exact[row] === exact[twin.row] ? "repeats" : `nearly repeats (${twin.similarity.toFixed(3)})`;
    const otherLine = dataset.lines[twin.row];
    return { kind: "duplicate", reason: `${nearly} line ${otherLine}`, otherLine };
  });
}

/** Rows that stand in another file as well. @param twins [N], rows of `other` */
export function leakFindings(dataset: Dataset, other: Dataset, twins: readonly (Twin | undefined)[]): Finding[] {
  const exact = duplicateGroups([...dataset.texts, ...other.texts]);
  const name = basename(other.name);
  return fromTwins(dataset, twins, (row, twin) => {
    const isSame = exact[row] === exact[dataset.texts.length + twin.row];
    const what = isSame ? "also stands" : `nearly stands (${twin.similarity.toFixed(3)})`;
    const theirs = other.labels[twin.row].join(", ");
    const label = theirs === dataset.labels[row].join(", ") ? "" : `, labelled ${theirs || "nothing"}`;
    const otherLine = other.lines[twin.row];
    return { kind: "leak", reason: `${what} in ${name}, line ${otherLine}${label}`, otherLine };
  });
}

function fromTwins(
  dataset: Dataset,
  twins: readonly (Twin | undefined)[],
  describe: (row: number, twin: Twin) => Pick<Finding, "kind" | "reason" | "suggested" | "otherLine">,
): Finding[] {
  return dataset.texts.flatMap((text, row) => {
    const twin = twins[row];
    if (!twin) return [];
    const score = Math.min(1, twin.similarity);
    return [{ row, line: dataset.lines[row], score, labels: dataset.labels[row], text, ...describe(row, twin) }];
  });
}
