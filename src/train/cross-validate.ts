import { stratifiedFolds, stratifiedFoldsMultiLabel } from "../data/split.js";
import { balancedClassWeights } from "../head/class-weights.js";
import { headStarts, joinParameters, problemsPerHead } from "../head/fit.js";
import { rowsOf, selectTargets, type Targets } from "../head/linear.js";
import { designLogits, type Objective } from "../head/objective.js";
import { type Start, solve } from "../head/solve.js";
import type { Random } from "../random.js";

/** Where a cross-validation stops each fit. Against 1e-9 it moves a log loss by at most 2e-3, far below what folds differ, in half the time. */
const TOLERANCE = 1e-6;
const MAX_ITERATIONS = 300;

/** How rows are parted for cross-validation. */
export interface Folds {
  count: number;
  /** [N], 0 … count − 1 */
  of: Int32Array;
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

/**
 * Fits one head per fold on the other folds, side by side, and returns the logits of the rows that each has not seen, [N, K].
 *
 * @param options warm: starting points, `points` of the same objective and folds at a smaller C
 */
export async function outOfFoldLogits(
  objective: Objective,
  targets: Targets,
  folds: Folds,
  options: { C: number; classWeight: "balanced" | "none"; warm?: readonly Float64Array[] },
): Promise<{ logits: Float32Array; points: Float64Array[] }> {
  const { design } = objective;
  const perFold = problemsPerHead(targets);
  const starts: Start[] = [];
  for (let fold = 0; fold < folds.count; fold++) {
    const included = Float32Array.from(folds.of, (of) => (of === fold ? 0 : 1));
    const classWeight = options.classWeight === "balanced" ? weightsWithout(targets, folds, fold) : undefined;
    const warm = options.warm?.slice(fold * perFold, (fold + 1) * perFold);
    starts.push(...headStarts(objective, targets, { C: options.C, classWeight, included, warm }));
  }
  const minima = await solve(objective, starts, { tolerance: TOLERANCE, maxIterations: MAX_ITERATIONS });
  const { classes } = targets;
  const logits = new Float32Array(design.rows * classes);
  for (let fold = 0; fold < folds.count; fold++) {
    const parameters = joinParameters(objective, targets, minima.slice(fold * perFold, (fold + 1) * perFold));
    const all = designLogits(design, [parameters], classes);
    for (let row = 0; row < design.rows; row++) {
      if (folds.of[row] === fold) logits.set(all.subarray(row * classes, (row + 1) * classes), row * classes);
    }
  }
  return { logits, points: minima.map(({ point }) => point) };
}

/** Balanced weights from the counts of the training part alone. */
function weightsWithout(targets: Targets, folds: Folds, fold: number): Float32Array {
  const rows: number[] = [];
  for (let row = 0; row < folds.of.length; row++) if (folds.of[row] !== fold) rows.push(row);
  return balancedClassWeights(selectTargets(targets, rows));
}
