import { bootstrap } from "./bootstrap.js";
import { RowsDifferError } from "./errors.js";
import { decideLabels, labelSummarizer } from "./label-decisions.js";
import { type PairedCounts, type PairedDifference, pairedCounts, pairedDifference } from "./paired-difference.js";
import type { MultiLabelInput, ScoreOptions } from "./types.js";
import { checkMultiLabel } from "./validate.js";

/** Paired test of two multi-label classifiers; a row is right when its whole label set is. */
export interface MultiLabelComparison {
  kind: "multi-label";
  n: number;
  counts: PairedCounts;
  microF1: PairedDifference;
  macroF1: PairedDifference;
}

/** Compares two multi-label classifiers on the same rows; their labels must be the same, in any order. */
export function compareMultiLabel(
  a: MultiLabelInput,
  b: MultiLabelInput,
  options?: ScoreOptions,
): MultiLabelComparison {
  checkMultiLabel(a);
  checkMultiLabel(b);
  const aligned = alignedTo(b, a);
  const decisionsA = decideLabels(a);
  const decisionsB = decideLabels(aligned);
  const n = decisionsA.exact.length;
  const scoreA = labelSummarizer(decisionsA, a.labelNames.length).figures;
  const scoreB = labelSummarizer(decisionsB, a.labelNames.length).figures;
  const statistics = (drawn: Int32Array) => [...scoreA(drawn).slice(0, 2), ...scoreB(drawn).slice(0, 2)];
  const point = statistics(Int32Array.from({ length: n }, (_, i) => i));
  const values = bootstrap(n, statistics, options);
  return {
    kind: "multi-label",
    n,
    counts: pairedCounts(decisionsA.exact, decisionsB.exact),
    microF1: pairedDifference(point[0], point[2], values[0], values[2]),
    macroF1: pairedDifference(point[1], point[3], values[1], values[3]),
  };
}

/** B's columns in the order of A's labels. @throws RowsDifferError when label sets, rows or truth differ. */
function alignedTo(b: MultiLabelInput, a: MultiLabelInput): MultiLabelInput {
  const classes = a.labelNames.length;
  const columns = a.labelNames.map((name) => b.labelNames.indexOf(name));
  if (columns.includes(-1) || b.labelNames.length !== classes) {
    throw new RowsDifferError("labels", a.labelNames.join(", "), b.labelNames.join(", "));
  }
  if (a.labels.length !== b.labels.length) {
    throw new RowsDifferError("rows", a.labels.length / classes, b.labels.length / classes);
  }
  const from = (i: number) => i - (i % classes) + columns[i % classes];
  const labels = b.labels.map((_, i) => b.labels[from(i)]);
  const different = labels.findIndex((mark, i) => mark !== a.labels[i]);
  if (different >= 0) {
    const name = a.labelNames[different % classes];
    const row = Math.floor(different / classes) + 1;
    throw new RowsDifferError(`label ${name} of row ${row}`, a.labels[different], labels[different]);
  }
  return {
    probabilities: b.probabilities.map((_, i) => b.probabilities[from(i)]),
    labels,
    thresholds: b.thresholds.map((_, k) => b.thresholds[columns[k]]),
    labelNames: a.labelNames,
  };
}
