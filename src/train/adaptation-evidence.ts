import { fitTemperature, logLoss } from "../head/calibration.js";
import { probabilities, rowsOf, selectRows, selectTargets, type Targets } from "../head/linear.js";
import { bestThresholds } from "../head/thresholds.js";
import type { NestedScore } from "./nested.js";
import { accuracyOf } from "./select.js";

/** With fewer rows a fifth of them says too little (Perez et al. 2021): the depth that was best on other data is taken. */
export const fewestRowsToCompare = 300;

/** Logits of rows that neither way had seen. */
export interface HeldOutRows {
  /** [R], ascending */
  rows: Int32Array;
  targets: Targets;
  /** [R, K], of the head on the frozen encoder. */
  frozen: Float32Array;
  /** [R, K], of the head on the encoder adapted without these rows. */
  adapted: Float32Array;
}

/** Why the encoder was adapted, or was not. */
export interface AdaptationEvidence {
  /** Layers trained, or that would have been. */
  depth: number;
  /** All rows; below `fewestRows` there is no comparison. */
  rows: number;
  fewestRows: number;
  comparison?: {
    heldOut: number;
    frozen: { accuracy: number; logLoss: number };
    adapted: { accuracy: number; logLoss: number };
    /** By log loss, which needs no threshold and tells more than right and wrong. */
    adaptedIsBetter: boolean;
  };
}

/** Compares both ways on the rows held out, each at temperatures that come from the other half of these rows. */
export function compareHeldOut(
  depth: number,
  rows: number,
  heldOut: HeldOutRows,
): AdaptationEvidence & Required<Pick<AdaptationEvidence, "comparison">> {
  const [frozen, adapted] = [heldOut.frozen, heldOut.adapted].map((logits) => ({
    accuracy: accuracyOf(heldOut.targets, logits),
    logLoss: logLoss(heldOut.targets, calibratedCrosswise(heldOut.targets, logits).logits),
  }));
  const comparison = {
    heldOut: heldOut.rows.length,
    frozen,
    adapted,
    adaptedIsBetter: adapted.logLoss < frozen.logLoss,
  };
  return { depth, rows, fewestRows: fewestRowsToCompare, comparison };
}

/** What the adapted classifier says of the rows held out, in the form of nested cross-validation's results. */
export function scoredRows({ rows, targets, adapted }: HeldOutRows, C: number): NestedScore {
  const { logits, temperatures, thresholds } = calibratedCrosswise(targets, adapted);
  const p = probabilities(targets.kind, logits, targets.classes);
  const candidate = { features: "last", C };
  return {
    method: "hold-out",
    rows,
    logits,
    probabilities: p,
    predicted: decided(targets, p, thresholds),
    choices: temperatures.map((temperature, i) => ({ candidate, temperature, thresholds: thresholds?.[i] })),
  };
}

/** Every second row is calibrated by what the others say, so that no row takes part in its own calibration. */
function calibratedCrosswise(targets: Targets, logits: Float32Array) {
  const { classes } = targets;
  const calibrated = new Float32Array(logits.length);
  const temperatures: number[] = [];
  const thresholds: Float32Array[] = [];
  for (const half of [0, 1]) {
    const others = [...Array(rowsOf(targets)).keys()].filter((row) => row % 2 !== half);
    const [theirTargets, theirLogits] = [selectTargets(targets, others), selectRows(logits, classes, others)];
    const temperature = fitTemperature(theirTargets, theirLogits);
    temperatures.push(temperature);
    if (theirTargets.kind === "multi-label") {
      const p = probabilities(
        "multi-label",
        theirLogits.map((z) => z / temperature),
        classes,
      );
      thresholds.push(bestThresholds(p, theirTargets.labels, classes));
    }
    for (let i = 0; i < logits.length; i++) {
      if (Math.floor(i / classes) % 2 === half) calibrated[i] = logits[i] / temperature;
    }
  }
  return { logits: calibrated, temperatures, thresholds: thresholds.length ? thresholds : undefined };
}

function decided(targets: Targets, p: Float32Array, thresholds: Float32Array[] | undefined): Targets {
  const { classes } = targets;
  if (targets.kind === "multi-label") {
    const labels = targets.labels.map((_, i) => {
      const threshold = thresholds?.[Math.floor(i / classes) % 2][i % classes] ?? 0.5;
      return p[i] >= threshold ? 1 : 0;
    });
    return { ...targets, labels };
  }
  const labels = targets.labels.map((_, row) => {
    const own = p.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  });
  return { ...targets, labels };
}
