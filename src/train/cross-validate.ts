import { stratifiedFolds, stratifiedFoldsMultiLabel } from "../data/split.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { headStarts, joinParameters, problemsPerHead } from "../head/fit.js";
import type { Lessons } from "../head/label-names.js";
import type { Minimum } from "../head/lbfgs.js";
import { rowsOf, selectTargets, type Targets } from "../head/linear.js";
import { designLogits, type Objective } from "../head/objective.js";
import { type Start, solve } from "../head/solve.js";
import type { Random } from "../random.js";

/** Where a cross-validation stops each fit. Against 1e-6 no choice on the tuning sets gets worse, and temperatures move by 0.3%. */
const TOLERANCE = 1e-4;
const MAX_ITERATIONS = 300;

/** Up to this many scored rows × classes × heads, all folds are scored: it takes about a second. */
const ALWAYS_SCORED = 200_000;
/**
 * Rows from which a temperature is known to about 3%, and a choice is as good as from all (tuning sets). Several labels take
 * more, since each needs a threshold from the few rows that have it.
 */
const ENOUGH_SCORED = { "single-label": 1000, "multi-label": 5000 };

/** How rows are parted for cross-validation. */
export interface Folds {
  count: number;
  /** [N], 0 … count − 1 */
  of: Int32Array;
}

/** How many of the folds, the first ones, are worth a head of their own: all, or fewer where rows and classes are many. */
export function foldsToScore(targets: Targets, count: number): number {
  const rows = rowsOf(targets);
  const affordable = Math.ceil(ALWAYS_SCORED / (rows * targets.classes));
  const needed = Math.ceil((ENOUGH_SCORED[targets.kind] * count) / rows);
  return Math.min(count, Math.max(affordable, needed));
}

/** Stratified folds, at most as many as there are rows; groups stay whole. */
export function foldsOf(targets: Targets, wanted: number, random: Random, groups?: Int32Array): Folds {
  const count = Math.min(wanted, rowsOf(targets));
  const of =
    targets.kind === "single-label"
      ? stratifiedFolds(targets.labels, count, random, groups)
      : stratifiedFoldsMultiLabel(targets.labels, targets.classes, count, random, groups);
  return { count, of };
}

/** Rows whose class also stands in the training part of their fold, [N]; the others no classifier could get right. */
export function scorableRows(targets: Targets, folds: Folds): Uint8Array {
  const scorable = new Uint8Array(rowsOf(targets)).fill(1);
  if (targets.kind === "multi-label") return scorable;
  const foldsWith = Array.from({ length: targets.classes }, () => new Set<number>());
  for (const [row, label] of targets.labels.entries()) foldsWith[label].add(folds.of[row]);
  return scorable.map((_, row) => (foldsWith[targets.labels[row]].size > 1 ? 1 : 0));
}

/** How the heads of a cross-validation are fitted. */
export interface Fitting {
  /** Folds that get a head: the first so many. */
  scored: number;
  classWeight: "balanced" | "none";
  /** Where each fit stops; 1e-4 unless told. */
  tolerance?: number;
}

/** Logits of rows by heads that had not seen them. */
export interface OutOfFold {
  /** [N, K], of the rows of the folds that were scored; zeros elsewhere */
  logits: Float32Array;
  /** The minima, in the order of the folds: for a warm start. */
  minima: Minimum[];
}

/**
 * Fits one head for each of the first `scored` folds on all other folds, side by side, and gives the logits of the rows that
 * each has not seen.
 *
 * @param lessons of the objective: the rows of the folds and perhaps, behind them, others that are never held out
 * @param options warm: what the same objective and folds came to at a smaller C
 */
export async function outOfFoldLogits(
  objective: Objective,
  { targets, shares }: Pick<Lessons, "targets" | "shares">,
  folds: Folds,
  options: Fitting & { C: number; warm?: readonly Minimum[] },
): Promise<OutOfFold> {
  const { design } = objective;
  const { tolerance = TOLERANCE } = options;
  const perFold = problemsPerHead(targets);
  const ofFold = <T>(all: readonly T[], fold: number) => all.slice(fold * perFold, (fold + 1) * perFold);
  const starts: Start[] = [];
  for (let fold = 0; fold < options.scored; fold++) {
    const included = shares.map((share, row) => (folds.of[row] === fold ? 0 : share));
    const classWeight = options.classWeight === "balanced" ? weightsWithout(targets, folds, fold) : undefined;
    const warm = options.warm && ofFold(options.warm, fold).map(({ point }) => point);
    starts.push(...headStarts(objective, targets, { C: options.C, classWeight, included, warm }));
  }
  const minima = await solve(objective, starts, { tolerance, maxIterations: MAX_ITERATIONS });
  const { classes } = targets;
  const logits = new Float32Array(folds.of.length * classes);
  for (let fold = 0; fold < options.scored; fold++) {
    const all = designLogits(design, [joinParameters(objective, targets, ofFold(minima, fold))], classes);
    for (let row = 0; row < folds.of.length; row++) {
      if (folds.of[row] === fold) logits.set(all.subarray(row * classes, (row + 1) * classes), row * classes);
    }
  }
  return { logits, minima };
}

/** Balanced weights from the counts of the training part alone. */
function weightsWithout(targets: Targets, folds: Folds, fold: number): Float32Array {
  const rows: number[] = [];
  for (let row = 0; row < folds.of.length; row++) if (folds.of[row] !== fold) rows.push(row);
  return balancedClassWeights(selectTargets(targets, rows));
}
