import { fitTemperature } from "../head/calibration.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { fitHead } from "../head/fit.js";
import { type Features, type LinearHead, probabilities, rowsOf, scaleHead, type Targets } from "../head/linear.js";
import { bestThresholds } from "../head/thresholds.js";
import type { Log } from "../log.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type NestedScore, nestedScore } from "./nested.js";
import { type SelectOptions, selectHead } from "./select.js";

export interface TrainHeadOptions {
  targets: Targets;
  /** [N], rows with the same number stay on one side of every split. */
  groups: Int32Array;
  /** Values of C to choose from. */
  strengths: readonly number[];
  classWeight: "balanced" | "none";
  folds: number;
  random: Random;
  log: Log;
}

/** A head with what was chosen for it, and scores of the whole way of choosing. */
export interface TrainedHead<Kind extends string = string> {
  /** Temperature folded in. */
  head: LinearHead;
  features: Kind;
  C: number;
  temperature: number;
  /** [K], multi-label alone. */
  thresholds?: Float32Array;
  selection: { features: string; C: number; logLoss: number; accuracy: number }[];
  /** Predictions on rows that took no part in any choice; null where there are too few rows to hold any out. */
  heldOut: NestedScore | null;
}

/** With fewer rows a class than this, cross-validation is repeated with other folds. */
export const rowsForOneRepeat = 200;
/** Below this many rows nothing is left to learn from when a fifth is held out twice. */
export const fewestRowsToScore = 10;

/**
 * Chooses features and C by cross-validation on the given rows, fits the head on all of them, and calibrates it on the
 * out-of-fold logits. Scores come from nested cross-validation, so that no row was seen by what chose for it.
 *
 * @param sets features [N, F] by name; the earlier name wins a tie.
 */
export async function trainHead<Kind extends string>(
  tensorflow: Tensorflow,
  sets: Partial<Record<Kind, Features>>,
  options: TrainHeadOptions,
): Promise<TrainedHead<Kind>> {
  const { targets, strengths, classWeight, random, log } = options;
  const featureSets = sets as Record<string, Features>;
  const candidates = Object.keys(sets).flatMap((features) => strengths.map((C) => ({ features, C })));
  const rows = rowsOf(targets);
  const select: SelectOptions = {
    candidates,
    folds: options.folds,
    random: random.fork(),
    groups: options.groups,
    classWeight,
    repeats: rows < rowsForOneRepeat ? 3 : 1,
  };
  const chosen = await withProgress(log, "choosing", (onProgress) =>
    selectHead(tensorflow, featureSets, targets, { ...select, onProgress }),
  );
  const temperature = fitTemperature(targets, chosen.outOfFold);
  const weights = classWeight === "balanced" ? balancedClassWeights(targets) : undefined;
  const { features, C } = chosen.best;
  const fitted = await fitHead(tensorflow, featureSets[features], targets, { C, classWeight: weights });
  if (!fitted.converged) log.warn(`the head did not converge in ${fitted.iterations} iterations`);
  const heldOut =
    rows < fewestRowsToScore
      ? null
      : await withProgress(log, "scoring", (onProgress) =>
          nestedScore(tensorflow, featureSets, targets, { ...select, random: random.fork(), onProgress }),
        );
  return {
    head: scaleHead(fitted.head, temperature),
    features: features as Kind,
    C,
    temperature,
    thresholds: thresholdsOf(targets, chosen.outOfFold, temperature),
    selection: chosen.scores.map(({ candidate, meanLogLoss, accuracy }) => ({
      ...candidate,
      logLoss: meanLogLoss,
      accuracy,
    })),
    heldOut,
  };
}

function thresholdsOf(targets: Targets, outOfFold: Float32Array, temperature: number): Float32Array | undefined {
  if (targets.kind === "single-label") return undefined;
  const calibrated = outOfFold.map((logit) => logit / temperature);
  return bestThresholds(probabilities(targets.kind, calibrated, targets.classes), targets.labels, targets.classes);
}

async function withProgress<T>(
  log: Log,
  title: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = log.progress(title, 100);
  try {
    return await work((done, total) => progress.update(Math.round((100 * done) / total)));
  } finally {
    progress.stop();
  }
}
