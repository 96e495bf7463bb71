import type { Dataset } from "../data/dataset.js";
import type { LabelSet } from "../data/labels.js";
import { rowsOf, type Targets } from "../head/linear.js";
import { confidentJoint, estimatedNoise } from "./confident-joint.js";
import type { Finding } from "./finding.js";
import { labelErrors } from "./label-errors.js";
import { asTwoClasses } from "./out-of-fold.js";

/** Rows with a label that is probably wrong, and the estimated share of wrong labels. */
export interface Suspects {
  findings: Finding[];
  noise: number;
}

/** @param probabilities out of fold, [N, K] */
export function labelFindings(
  dataset: Dataset,
  labelSet: LabelSet,
  targets: Targets,
  probabilities: Float32Array,
): Suspects {
  return targets.kind === "single-label"
    ? wrongClasses(dataset, labelSet, { classes: targets.classes, labels: targets.labels, probabilities })
    : wrongLabels(dataset, labelSet, targets, probabilities);
}

function wrongClasses(
  dataset: Dataset,
  { names }: LabelSet,
  input: { classes: number; labels: Int32Array; probabilities: Float32Array },
): Suspects {
  const joint = confidentJoint(input);
  const p = (row: number, k: number) => input.probabilities[row * input.classes + k];
  const findings = labelErrors(input, joint).map(({ row, given, suggested, margin }): Finding => {
    const reason = `rather ${names[suggested]} (${percent(p(row, suggested))}) than ${names[given]} (${percent(p(row, given))})`;
    return { ...rowOf(dataset, row), kind: "label", score: margin, reason, suggested: [names[suggested]] };
  });
  return { findings, noise: estimatedNoise(joint, input.classes) };
}

/**
 * Each label is a question of its own, yes or no (Thyagarajan et al. 2022); a row is told once, with all that seems wrong. A label that few rows
 * have seldom reaches a half, so the class's own threshold decides: of labels taken away it finds twice as many (docs/decisions/0009).
 */
function wrongLabels(dataset: Dataset, { names }: LabelSet, targets: Targets, probabilities: Float32Array): Suspects {
  const flips = new Map<number, { label: number; missing: boolean; margin: number }[]>();
  let noise = 0;
  for (let label = 0; label < targets.classes; label++) {
    const input = asTwoClasses(targets, probabilities, label);
    const joint = confidentJoint(input);
    noise += estimatedNoise(joint, 2) / targets.classes;
    for (const { row, suggested, margin } of labelErrors(input, joint, "confident")) {
      flips.set(row, [...(flips.get(row) ?? []), { label, missing: suggested === 1, margin }]);
    }
  }
  const findings = [...flips].map(([row, wrong]): Finding => {
    const given = new Set(dataset.labels[row]);
    const words = wrong.map(({ label, missing }) => {
      if (missing) given.add(names[label]);
      else given.delete(names[label]);
      const p = probabilities[row * targets.classes + label];
      return `${missing ? "perhaps also" : "perhaps not"} ${names[label]} (${percent(p)})`;
    });
    const score = (1 + Math.max(...wrong.map(({ margin }) => margin))) / 2;
    return { ...rowOf(dataset, row), kind: "label", score, reason: words.join(", "), suggested: [...given] };
  });
  return { findings, noise: rowsOf(targets) === 0 ? 0 : noise };
}

function rowOf(dataset: Dataset, row: number) {
  return { row, line: dataset.lines[row], labels: dataset.labels[row], text: dataset.texts[row] };
}

function percent(p: number): string {
  return `${Math.round(100 * p)}%`;
}
