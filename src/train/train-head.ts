import { type Features, type LinearHead, rowsOf, type Targets } from "../head/linear.js";
import type { Log } from "../log.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { foldsToScore } from "./cross-validate.js";
import { type ChosenSelection, type LabelNamesRecord, selectWithNames } from "./label-names.js";
import { type NestedScore, nestedScore, scoreAndSelect } from "./nested.js";
import type { SelectOptions } from "./select.js";
import { trainSelected } from "./train-selected.js";

export interface TrainHeadOptions {
  targets: Targets;
  /** [N], rows with the same number stay on one side of every split. */
  groups: Int32Array;
  /** Values of C to choose from. */
  strengths: readonly number[];
  classWeight: "balanced" | "none";
  folds: number;
  random: Random;
  /** What the encoder makes of the labels' names, [K, F] by feature set: to be learnt from as well, if that helps. */
  names?: Partial<Record<string, Features>>;
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
  /** What was seen of the labels' names; missing where none were given. */
  named?: LabelNamesRecord;
  /** Predictions on rows that took no part in any choice; null where there are too few rows to hold any out. */
  heldOut: NestedScore | null;
  /** Logits [R, K] of rows [R] by heads that had not seen them, at the temperature; missing where no row was held out. */
  outOfFold?: { rows: Int32Array; logits: Float32Array };
}

/** With fewer rows than this, cross-validation is repeated with other folds. */
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
  const names = options.names as Record<string, Features> | undefined;
  const candidates = Object.keys(sets).flatMap((features) => strengths.map((C) => ({ features, C })));
  const select = { candidates, folds: options.folds, groups: options.groups, classWeight, names };
  const { selection, score } = await selectAndScore(tensorflow, featureSets, targets, select, random, log);
  const trained = await trainSelected(tensorflow, featureSets, targets, selection, { classWeight });
  if (trained.stoppedAfter) log.warn(`the head did not converge in ${trained.stoppedAfter} iterations`);
  const { head, candidate, temperature, thresholds } = trained;
  return {
    head,
    features: candidate.features as Kind,
    C: candidate.C,
    temperature,
    thresholds,
    selection: selection.scores.map(({ candidate, meanLogLoss, accuracy }) => ({
      ...candidate,
      logLoss: meanLogLoss,
      accuracy,
    })),
    named: selection.named,
    heldOut: score,
    outOfFold: { rows: selection.rows, logits: selection.outOfFold.map((logit) => logit / temperature) },
  };
}

/** Where one fold is enough to choose by, the rows held out for the score serve for the choice on all rows as well. */
async function selectAndScore(
  tensorflow: Tensorflow,
  featureSets: Record<string, Features>,
  targets: Targets,
  given: Omit<SelectOptions, "random" | "repeats">,
  random: Random,
  log: Log,
): Promise<{ selection: ChosenSelection; score: NestedScore | null }> {
  const rows = rowsOf(targets);
  const options = () => ({ ...given, repeats: rows < rowsForOneRepeat ? 3 : 1, random: random.fork() });
  if (foldsToScore(targets, given.folds) === 1) {
    return withProgress(log, "choosing", (onProgress) =>
      scoreAndSelect(tensorflow, featureSets, targets, { ...options(), onProgress }),
    );
  }
  const selection = await withProgress(log, "choosing", (onProgress) =>
    selectWithNames(tensorflow, featureSets, targets, { ...options(), onProgress }),
  );
  if (rows < fewestRowsToScore) return { selection, score: null };
  const score = await withProgress(log, "scoring", (onProgress) =>
    nestedScore(tensorflow, featureSets, targets, { ...options(), onProgress }),
  );
  return { selection, score };
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
