import { fitTemperature, logLoss } from "../head/calibration.js";
import { probabilities, rowsOf, selectRows, selectTargets, type Targets } from "../head/linear.js";
import { bestThresholds } from "../head/thresholds.js";
import { average, standardError } from "../mean.js";
import type { NestedScore } from "./nested.js";
import { accuracyOf } from "./select.js";

/** With fewer rows all of them held out in turn say too little (Perez et al. 2021): the depth that was best on other data is taken. */
export const fewestRowsToCompare = 100;

/** From so many rows on, one fifth says enough. */
const fewestRowsForOneFold = 300;

/** How rows are held out, to compare ways of training on them. */
export interface HoldingOut {
  /** Parts that the rows are divided into. */
  folds: number;
  /** Of these, how many are held out in turn, each with trainings of its own. */
  heldOut: number;
}

/** One fifth of many rows; each third of fewer in turn; nothing of too few. */
export function holdingOut(rows: number): HoldingOut | undefined {
  if (rows < fewestRowsToCompare) return undefined;
  return rows < fewestRowsForOneFold ? { folds: 3, heldOut: 3 } : { folds: 5, heldOut: 1 };
}

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
  /** Share of the way from the pretrained weights to the trained ones; missing: what is usual for such rows. */
  blend?: number;
  accuracy: number;
  /** Needs no threshold and tells more than right and wrong: what trials are compared by. */
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

/** A way of training with all that was seen of it on the rows held out. */
export interface Way {
  trial: Trial;
  /** [R, K] */
  logits: Float32Array;
  /** [R], each row's log loss at a temperature that comes from the other half of the rows. */
  losses: Float64Array;
}

/** Scores logits of rows held out. */
export function wayOf(trained: Omit<Trial, "accuracy" | "logLoss">, { targets, logits }: HeldOutRows): Way {
  const { classes } = targets;
  const calibrated = calibratedCrosswise(targets, logits).logits;
  const losses = Float64Array.from({ length: rowsOf(targets) }, (_, row) =>
    logLoss(selectTargets(targets, [row]), calibrated.subarray(row * classes, (row + 1) * classes)),
  );
  const trial = { ...trained, accuracy: accuracyOf(targets, logits), logLoss: average(losses) };
  return { trial, logits, losses };
}

/**
 * What to take by the log loss over some of the rows held out: of the depths that lost less than the frozen encoder the largest, with all
 * steps, which did best on other data, unless fewer layers or steps lost clearly less; the frozen encoder where none did. Of the shares of
 * one training's way that lost least: they differ by less chance than trainings do.
 *
 * @param ways the frozen encoder first, the others by depth and steps. @param mayBeFrozen false looks at all depths.
 */
export function bestWay<W extends Way>(ways: readonly W[], rows: readonly number[], mayBeFrozen: boolean): W {
  const [frozen, ...trained] = ways;
  const ends = groupsOf(trained, "depth").map((training) => {
    const lengths = groupsOf(training, "steps").map((shares) => lowest(shares, rows));
    return lastUnlessWorse(lengths, rows);
  });
  const allowed = mayBeFrozen ? ends.filter((end) => lowest([frozen, end], rows) === end) : ends;
  return allowed.length > 0 ? lastUnlessWorse(allowed, rows) : frozen;
}

function groupsOf<W extends Way>(ways: readonly W[], key: "depth" | "steps"): W[][] {
  const values = new Set(ways.map(({ trial }) => trial[key]));
  return [...values].map((value) => ways.filter(({ trial }) => trial[key] === value));
}

/** Standard errors of a paired difference: fewer come about by chance too often, with a hundred rows and several ways to compare. */
const clearly = 2;

/**
 * The last of the ways, unless another one lost clearly less (as the rule of Breiman et al. 1984, with two standard errors for one, and the usual
 * choice for the simplest).
 */
function lastUnlessWorse<W extends Way>(ways: readonly W[], rows: readonly number[]): W {
  const [last, best] = [ways[ways.length - 1], lowest(ways, rows)];
  const gains = rows.map((row) => last.losses[row] - best.losses[row]);
  return average(gains) > clearly * standardError(gains) ? best : last;
}

/** The first of the ways with the lowest log loss. */
function lowest<W extends Way>(ways: readonly W[], rows: readonly number[]): W {
  const loss = ({ losses }: Way) => average(rows.map((row) => losses[row]));
  return ways.reduce((best, way) => (loss(way) < loss(best) ? way : best));
}

/** Logits of every row by the way that the other half of the rows chose, so that no row is scored by what it chose. */
export function crossChosenLogits(ways: readonly Way[], classes: number, mayBeFrozen: boolean): Float32Array {
  const rows = [...ways[0].losses.keys()];
  const logits = new Float32Array(rows.length * classes);
  for (const half of [0, 1]) {
    const others = rows.filter((row) => row % 2 !== half);
    const way = bestWay(ways, others, mayBeFrozen);
    for (const row of rows) {
      if (row % 2 === half) logits.set(way.logits.subarray(row * classes, (row + 1) * classes), row * classes);
    }
  }
  return logits;
}

/** What a classifier says of the rows held out, in the form of nested cross-validation's results. @param all N */
export function scoredRows({ rows, targets, logits: raw }: HeldOutRows, C: number, all: number): NestedScore {
  const { logits, temperatures, thresholds } = calibratedCrosswise(targets, raw);
  const p = probabilities(targets.kind, logits, targets.classes);
  const candidate = { features: "last", C };
  return {
    method: rows.length === all ? "cross-validation" : "hold-out",
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
