import { reliabilityBins } from "../../src/evaluate/calibration.js";
import { labelSubstitutions } from "../../src/evaluate/confused-pairs.js";
import { scoreMultiLabel } from "../../src/evaluate/multi-label.js";
import { pairedComparison } from "../../src/evaluate/paired-comparison.js";
import { scoreSingleLabel } from "../../src/evaluate/single-label.js";
import { surestErrors } from "../../src/evaluate/surest-errors.js";
import { Random } from "../../src/random.js";
import type { EvaluationReport, Provenance } from "../../src/report/types.js";
import { simulatedClassifier, simulatedLabels } from "../evaluate/simulation.js";

const RESAMPLES = { resamples: 50 };

const provenance: Provenance = {
  command: "headstart evaluate model test.csv --report report.html",
  date: "24 November 2026",
  encoder: "headstart-mini",
  seed: 42,
  dataFingerprint: "sha256:0123",
  versions: { headstart: "0.1.0" },
};

/** A report of simulated single-label predictions; `textOf` writes the text of a row. */
export function singleLabelReport(
  classes: number,
  rows = 6 * classes,
  textOf = (row: number) => `text ${row}`,
): EvaluationReport {
  const a = simulatedClassifier(new Random(classes), rows, classes, 2);
  const b = {
    ...a,
    probabilities: a.probabilities.map((p, at) => a.probabilities[at - (at % classes)] * 0.5 + p * 0.5),
  };
  return {
    title: "model on test.csv",
    scores: scoreSingleLabel(a, RESAMPLES),
    reliability: reliabilityBins(a),
    surestErrors: surestErrors(a, 10).map((error) => ({ ...error, text: textOf(error.row) })),
    comparison: { nameA: "model", nameB: "other", result: pairedComparison(a, b, RESAMPLES) },
    provenance,
  };
}

/** A report of simulated multi-label predictions. */
export function multiLabelReport(labels: number, rows = 60): EvaluationReport {
  const a = simulatedLabels(new Random(labels), rows, labels, 2);
  const b = simulatedLabels(new Random(labels), rows, labels, 3);
  return {
    title: "model on test.jsonl",
    scores: scoreMultiLabel(a, RESAMPLES),
    reliability: reliabilityBins(a),
    surestErrors: surestErrors(a, 10).map((error) => ({ ...error, text: `text ${error.row}` })),
    substitutions: labelSubstitutions(a),
    comparison: { nameA: "model", nameB: "other", result: pairedComparison(a, { ...b, labels: a.labels }, RESAMPLES) },
    provenance,
  };
}
