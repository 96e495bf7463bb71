import { OptionError } from "../errors.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type Design, headOf, parametersOf, prepareDesign } from "./design.js";
import { type Lessons, withNames } from "./label-names.js";
import type { Minimum } from "./lbfgs.js";
import type { Features, LinearHead, Targets } from "./linear.js";
import { type Objective, sigmoidObjective, softmaxObjective } from "./objective.js";
import { type Start, solve } from "./solve.js";

export interface FitOptions {
  /** Inverse strength of the L2 penalty, as in scikit-learn. */
  C: number;
  /** Single-label [K]; multi-label [K, 2], see `balancedClassWeights`. */
  classWeight?: Float32Array;
  /** Estimated distance of the loss to its minimum, relative, at which a fit ends. */
  tolerance?: number;
  maxIterations?: number;
  /** A head to start from. */
  initial?: LinearHead;
  /** Of the labels' names, [K, F]: to be learnt from as well, see `withNames`. */
  names?: Features;
}

export interface FitResult {
  head: LinearHead;
  /** ½‖W‖² + C · Σᵢ weight(yᵢ) · cross-entropyᵢ at the head; of a multi-label head, summed over the labels. */
  loss: number;
  /** Multi-label: of the label that took longest. */
  iterations: number;
  converged: boolean;
}

/** The estimate is up to twenty times too low where C is large (100): the loss then ends within 1e-5 of its minimum, relative. */
export const TOLERANCE = 2e-7;
export const MAX_ITERATIONS = 500;

/**
 * Fits logistic regression: the optimum of scikit-learn's `LogisticRegression(C, class_weight)`, which is softmax
 * regression for three classes and more, for two classes the binary model (W = [−w/2, w/2], penalty ½‖w‖²), and for
 * multi-label targets one binary model per label. Full-batch L-BFGS; the same bytes for the same input on one backend.
 *
 * @throws OptionError when C is not a positive number
 */
export async function fitHead(
  tensorflow: Tensorflow,
  features: Features,
  targets: Targets,
  options: FitOptions,
): Promise<FitResult> {
  const lessons = withNames(features, targets, options.names);
  const design = prepareDesign(tensorflow, lessons.features);
  const objective = headObjective(design, lessons.targets);
  try {
    return await fitObjective(objective, lessons, options);
  } finally {
    objective.dispose();
    design.dispose();
  }
}

/** The objective whose problems make a head for such targets. */
export function headObjective(design: Design, targets: Targets): Objective {
  if (targets.kind === "multi-label") return sigmoidObjective(design, targets.labels, targets.classes);
  if (targets.classes === 2) return sigmoidObjective(design, Uint8Array.from(targets.labels), 1);
  return softmaxObjective(design, targets.labels, targets.classes);
}

/** Minimisations behind one head. */
export function problemsPerHead(targets: Targets): number {
  return targets.kind === "multi-label" ? targets.classes : 1;
}

async function fitObjective(
  objective: Objective,
  { targets, shares: included }: Pick<Lessons, "targets" | "shares">,
  options: FitOptions,
): Promise<FitResult> {
  const { C, classWeight, initial, tolerance = TOLERANCE, maxIterations = MAX_ITERATIONS } = options;
  const warm = initial && splitParameters(objective.design, targets, initial);
  const starts = headStarts(objective, targets, { C, classWeight, included, warm });
  const minima = await solve(objective, starts, { tolerance, maxIterations });
  return {
    head: headOf(objective.design, joinParameters(objective, targets, minima)),
    loss: minima.reduce((sum, { loss }) => sum + loss, 0),
    iterations: Math.max(...minima.map(({ iterations }) => iterations)),
    converged: minima.every(({ converged }) => converged),
  };
}

/**
 * The problems of one head: one, or one per label.
 *
 * @param part included: [N], how many rows each row counts as, 0 for those that take no part. warm: a starting point for each problem, in place of the
 * intercepts that fit the class counts.
 */
export function headStarts(
  objective: Objective,
  targets: Targets,
  part: { C: number; classWeight?: Float32Array; included: Float32Array; warm?: readonly Float64Array[] },
): Start[] {
  const { C, classWeight, included, warm } = part;
  if (!(C > 0 && Number.isFinite(C))) throw new OptionError("C", C, "a number above 0");
  const { columns } = objective.design;
  return Array.from({ length: problemsPerHead(targets) }, (_, label) => {
    const classOf = (row: number) =>
      targets.kind === "single-label" ? targets.labels[row] : targets.labels[row * targets.classes + label];
    const weightAt = targets.kind === "single-label" ? 0 : 2 * label;
    const rowWeights = included.map((share, row) => share * C * (classWeight?.[weightAt + classOf(row)] ?? 1));
    const point = warm?.[label] ?? nullModel(rowWeights, classOf, columns, objective.classes);
    return { problem: { rowWeights, label }, point };
  });
}

/** Zero weights, and the intercepts that fit the class counts: log odds, or log shares less their mean. */
function nullModel(
  rowWeights: Float32Array,
  classOf: (row: number) => number,
  columns: number,
  classes: number,
): Float64Array {
  const counts = new Float64Array(Math.max(2, classes));
  for (let row = 0; row < rowWeights.length; row++) counts[classOf(row)] += rowWeights[row];
  const total = counts.reduce((sum, count) => sum + count, 0);
  const logs = counts.map((count) => Math.log(Math.max(count, 1e-3 * (total / rowWeights.length)))); // a class may have no rows
  const point = new Float64Array(columns * classes);
  const mean = logs.reduce((sum, value) => sum + value, 0) / classes;
  const intercepts = classes === 1 ? [logs[1] - logs[0]] : logs.map((value) => value - mean);
  point.set(intercepts, (columns - 1) * classes);
  return point;
}

/** The parameters [F + 1, K] of a head from the minima of its problems. */
export function joinParameters(objective: Objective, targets: Targets, minima: readonly Minimum[]): Float64Array {
  const { columns } = objective.design;
  const { classes } = targets;
  if (objective.classes > 1) return centreIntercepts(minima[0].point, classes);
  const binary = targets.kind === "single-label";
  const joined = new Float64Array(columns * classes);
  for (let f = 0; f < columns; f++) {
    for (let k = 0; k < classes; k++) {
      joined[f * classes + k] = binary ? (k - 0.5) * minima[0].point[f] : minima[k].point[f];
    }
  }
  return joined;
}

/** A constant added to all logits changes nothing; scikit-learn's intercepts have mean 0, and so have these. */
function centreIntercepts(point: Float64Array, classes: number): Float64Array {
  const result = point.slice();
  const intercepts = result.subarray(result.length - classes);
  const mean = intercepts.reduce((sum, value) => sum + value, 0) / classes;
  for (let k = 0; k < classes; k++) intercepts[k] -= mean;
  return result;
}

/** Where the problems of a head start that are to begin from one: the inverse of `joinParameters`. */
export function splitParameters(design: Design, targets: Targets, head: LinearHead): Float64Array[] {
  const joined = parametersOf(design, head);
  const { classes } = targets;
  if (targets.kind === "single-label" && classes > 2) return [joined];
  const column = (k: number) => Float64Array.from({ length: design.columns }, (_, f) => joined[f * classes + k]);
  if (targets.kind === "multi-label") return Array.from({ length: classes }, (_, k) => column(k));
  const first = column(0);
  return [column(1).map((value, f) => value - first[f])];
}
