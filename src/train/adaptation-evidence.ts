import { fitTemperature, logLoss } from "../head/calibration.js";
import { probabilities, rowsOf, selectRows, selectTargets, type Targets } from "../head/linear.js";
import { bestThresholds } from "../head/thresholds.js";
import type { NestedScore } from "./nested.js";
import { accuracyOf } from "./select.js";

/** With fewer rows a fifth of them says too little (Perez et al. 2021): the depth that was best on other data is taken. */
export const fewestRowsToCompare = 300;

/** Rows that took no part in training, and what one way of training says of them. */
export interface HeldOutRows {
  /** [R], ascending */
  rows: Int32Array;
  targets: Targets;
  /** [R, K] */
  logits: Float32Array;
}

/** One way of training, scored on the rows held out. */
export interface Trial {
  /** Layers trained; 0 is the frozen encoder. */
  depth: number;
  steps: number;
  accuracy: number;
  /** Needs no threshold and tells more than right and wrong: the trial with the lowest is taken. */
  logLoss: number;
}

/** Why the encoder was adapted so, or was not. */
export interface AdaptationEvidence {
  /** All rows; below `fewestRows` there are no trials. */
  rows: number;
  fewestRows: number;
  heldOut: number;
  trials: Trial[];
}

/** Scores logits of rows held out, each at a temperature that comes from the other half of these rows. */
export function trialOf(depth: number, steps: number, { targets, logits }: HeldOutRows): Trial {
  return {
    depth,
    steps,
    accuracy: accuracyOf(targets, logits),
    logLoss: logLoss(targets, calibratedCrosswise(targets, logits).logits),
  };
}

/** The lowest log loss; of equals the one that trains least. */
export function bestTrial(trials: readonly Trial[]): Trial {
  return trials.reduce((best, trial) => {
    const isLess = trial.depth < best.depth || (trial.depth === best.depth && trial.steps < best.steps);
    return trial.logLoss < best.logLoss || (trial.logLoss === best.logLoss && isLess) ? trial : best;
  });
}

/** What a classifier says of the rows held out, in the form of nested cross-validation's results. */
export function scoredRows({ rows, targets, logits: raw }: HeldOutRows, C: number): NestedScore {
  const { logits, temperatures, thresholds } = calibratedCrosswise(targets, raw);
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
