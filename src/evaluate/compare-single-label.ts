import { bootstrap } from "./bootstrap.js";
import { emptyCounts, macroF1OfPresent } from "./class-counts.js";
import { RowsDifferError } from "./errors.js";
import { mcnemarExact } from "./mcnemar.js";
import { type PairedCounts, type PairedDifference, pairedCounts, pairedDifference } from "./paired-difference.js";
import { predictRows } from "./predicted-rows.js";
import type { ScoreOptions, SingleLabelInput } from "./types.js";
import { checkSingleLabel } from "./validate.js";

/** Paired test of two single-label classifiers. */
export interface SingleLabelComparison {
  kind: "single-label";
  n: number;
  counts: PairedCounts;
  /** p of the exact McNemar test on accuracy. */
  mcnemarP: number;
  accuracy: PairedDifference;
  macroF1: PairedDifference;
}

/** Compares two single-label classifiers on the same rows; their label sets may differ, names decide. */
export function compareSingleLabel(
  a: SingleLabelInput,
  b: SingleLabelInput,
  options?: ScoreOptions,
): SingleLabelComparison {
  checkSingleLabel(a);
  checkSingleLabel(b);
  const names = [...new Set([...a.labelNames, ...b.labelNames])];
  const truth = sharedTruth(a, b, names);
  const rowsA = alignedTo(a, names);
  const rowsB = alignedTo(b, names);
  const right = (predicted: Int32Array) => Uint8Array.from(predicted, (k, i) => (k === truth[i] ? 1 : 0));
  const counts = pairedCounts(right(rowsA), right(rowsB));
  const statistics = (drawn: Int32Array) => [
    ...accuracyAndMacroF1(drawn, truth, rowsA, names.length),
    ...accuracyAndMacroF1(drawn, truth, rowsB, names.length),
  ];
  const n = truth.length;
  const point = statistics(Int32Array.from({ length: n }, (_, i) => i));
  const values = bootstrap(n, statistics, options);
  return {
    kind: "single-label",
    n,
    counts,
    mcnemarP: mcnemarExact(counts.onlyA, counts.onlyB),
    accuracy: pairedDifference(point[0], point[2], values[0], values[2]),
    macroF1: pairedDifference(point[1], point[3], values[1], values[3]),
  };
}

/** True classes as ids of `names`; `names.length` where neither model knows the label. @throws RowsDifferError */
function sharedTruth(a: SingleLabelInput, b: SingleLabelInput, names: readonly string[]): Int32Array {
  if (a.labels.length !== b.labels.length) throw new RowsDifferError("rows", a.labels.length, b.labels.length);
  const ids = new Map(names.map((name, id) => [name, id]));
  return a.labels.map((id, row) => {
    const nameA = a.labelNames[id];
    const nameB = b.labelNames[b.labels[row]];
    if (nameA !== undefined && nameB !== undefined && nameA !== nameB) {
      throw new RowsDifferError(`label of row ${row + 1}`, nameA, nameB);
    }
    return ids.get(nameA ?? nameB) ?? names.length;
  });
}

function alignedTo(input: SingleLabelInput, names: readonly string[]): Int32Array {
  const ids = input.labelNames.map((name) => names.indexOf(name));
  return predictRows(input).predicted.map((k) => ids[k]);
}

function accuracyAndMacroF1(
  drawn: Int32Array,
  truth: Int32Array,
  predicted: Int32Array,
  classes: number,
): [number, number] {
  const counts = emptyCounts(classes + 1);
  let right = 0;
  for (const i of drawn) {
    counts.support[truth[i]]++;
    counts.predicted[predicted[i]]++;
    if (truth[i] === predicted[i]) {
      counts.truePositives[truth[i]]++;
      right++;
    }
  }
  return [right / drawn.length, macroF1OfPresent(counts)];
}
