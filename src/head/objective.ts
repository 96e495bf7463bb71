import type { Rank, Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { type Design, useDesign } from "./design.js";
import type { Evaluation } from "./lbfgs.js";

/** One minimisation over a design: rows with weight 0 take no part, so that folds share the features. */
export interface Problem {
  /** [N], C × class weight, or 0 */
  rowWeights: Float32Array;
  /** The label whose classifier this is (sigmoid objectives only). */
  label: number;
}

/**
 * ½‖W‖² + Σᵢ wᵢ · cross-entropyᵢ with an unpenalised intercept, for many problems over one design at once: the parameters
 * [F + 1, K] of M problems are one matrix [F + 1, M·K], so that M fits cost as many tensor operations as one.
 */
export interface Objective {
  design: Design;
  /** K: columns of one problem */
  classes: number;
  evaluate(problems: readonly Problem[], points: readonly Float64Array[]): Evaluation[];
  dispose(): void;
}

/** A probability of 0 in float32 counts as this one, the smallest normal number. */
const SMALLEST = 1.2e-38;

/**
 * Multinomial logistic regression. Gradient: Xᵀ(w ⊙ (P − Y)).
 *
 * @param labels [N], 0 … K − 1
 */
export function softmaxObjective(design: Design, labels: Int32Array, classes: number): Objective {
  const { tf } = useDesign(design);
  const { rows } = design;
  const truth = tf.tidy(() => tf.expandDims(tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32"), 1));
  const weights = cachedWeights(design);
  const evaluate = (problems: readonly Problem[], points: readonly Float64Array[]) => {
    useDesign(design);
    const count = problems.length;
    const scale = weights.of(problems, (problem) => problem.rowWeights, [rows, count, 1]);
    const [p, g] = tf.tidy((): Tensor[] => {
      const logits = tf.matMul(design.matrix, parameterTensor(design, points, classes));
      const p = tf.softmax(tf.reshape(logits, [rows, count, classes]));
      const error = tf.reshape<Rank.R2>(tf.mul(tf.sub(p, truth), scale), [rows, count * classes]);
      return [p, tf.matMul(design.transposed, error)];
    });
    const evaluations = startEvaluations(points, g.dataSync<"float32">(), classes);
    addSoftmaxLosses(evaluations, problems, p.dataSync<"float32">(), labels, classes);
    tf.dispose([p, g]);
    return evaluations;
  };
  const dispose = () => {
    truth.dispose();
    weights.dispose();
  };
  return { design, classes, evaluate, dispose };
}

/**
 * Binary logistic regressions. With s = ±1 and q = σ(s·z), the probability of what is true: loss −log q, gradient
 * Xᵀ(w s ⊙ (q − 1)), both exact where 1 − σ(z) would have lost its digits.
 *
 * @param labels [N, L], 0 or 1; a problem's `label` names its column
 */
export function sigmoidObjective(design: Design, labels: Uint8Array, width: number): Objective {
  const { tf } = useDesign(design);
  const { rows } = design;
  const sign = (problem: Problem, row: number) => (labels[row * width + problem.label] ? 1 : -1);
  const signs = cachedWeights(design);
  const weights = cachedWeights(design);
  const evaluate = (problems: readonly Problem[], points: readonly Float64Array[]) => {
    useDesign(design);
    const shape = [rows, problems.length];
    const s = signs.of(
      problems,
      (problem) => Float32Array.from({ length: rows }, (_, row) => sign(problem, row)),
      shape,
    );
    const signed = (problem: Problem) => problem.rowWeights.map((weight, row) => weight * sign(problem, row));
    const scale = weights.of(problems, signed, shape);
    const [q, g] = tf.tidy((): Tensor[] => {
      const logits = tf.matMul(design.matrix, parameterTensor(design, points, 1));
      const q = tf.sigmoid(tf.mul(logits, s));
      return [q, tf.matMul(design.transposed, tf.mul<Tensor2D>(tf.sub(q, 1), scale))];
    });
    const evaluations = startEvaluations(points, g.dataSync<"float32">(), 1);
    addSigmoidLosses(evaluations, problems, q.dataSync<"float32">());
    tf.dispose([q, g]);
    return evaluations;
  };
  const dispose = () => {
    signs.dispose();
    weights.dispose();
  };
  return { design, classes: 1, evaluate, dispose };
}

/** logits [N, M·K] of M points, on the host. */
export function designLogits(design: Design, points: readonly Float64Array[], classes: number): Float32Array {
  const { tf } = useDesign(design);
  const logits = tf.tidy(() => tf.matMul(design.matrix, parameterTensor(design, points, classes)));
  const values = logits.dataSync<"float32">() as Float32Array;
  logits.dispose();
  return values.slice();
}

/** Points [F + 1, K] side by side, [F + 1, M·K]. */
function parameterTensor({ tensorflow, columns }: Design, points: readonly Float64Array[], classes: number): Tensor2D {
  const width = points.length * classes;
  const values = new Float32Array(columns * width);
  for (const [m, point] of points.entries()) {
    for (let f = 0; f < columns; f++) {
      for (let k = 0; k < classes; k++) values[f * width + m * classes + k] = point[f * classes + k];
    }
  }
  return tensorflow.tf.tensor2d(values, [columns, width]);
}

/** The part of the penalty, and the gradient of both parts: the summed errors arrive as [F + 1, M·K]. */
function startEvaluations(points: readonly Float64Array[], summed: ArrayLike<number>, classes: number): Evaluation[] {
  const width = points.length * classes;
  return points.map((point, m) => {
    const gradient = new Float64Array(point.length);
    const penalised = point.length - classes;
    let loss = 0;
    for (let at = 0, from = m * classes; at < point.length; at += classes, from += width) {
      for (let k = 0; k < classes; k++) {
        const weight = at < penalised ? point[at + k] : 0;
        gradient[at + k] = summed[from + k] + weight;
        loss += (weight * weight) / 2;
      }
    }
    return { loss, gradient, curvature: new Float64Array(classes) };
  });
}

/** Losses are summed here in float64, since a float32 sum over the rows would drown the last steps of a fit. */
function addSoftmaxLosses(
  evaluations: Evaluation[],
  problems: readonly Problem[],
  p: ArrayLike<number>, // [N, M, K]
  labels: Int32Array,
  classes: number,
): void {
  const width = problems.length * classes;
  for (const [m, { rowWeights }] of problems.entries()) {
    const evaluation = evaluations[m];
    for (let row = 0; row < labels.length; row++) {
      const weight = rowWeights[row];
      if (weight === 0) continue;
      const at = row * width + m * classes;
      evaluation.loss -= weight * Math.log(Math.max(SMALLEST, p[at + labels[row]]));
      for (let k = 0; k < classes; k++) evaluation.curvature[k] += weight * p[at + k] * (1 - p[at + k]);
    }
  }
}

function addSigmoidLosses(evaluations: Evaluation[], problems: readonly Problem[], q: ArrayLike<number>): void {
  const width = problems.length;
  for (const [m, { rowWeights }] of problems.entries()) {
    const evaluation = evaluations[m];
    for (let row = 0; row < rowWeights.length; row++) {
      const weight = rowWeights[row];
      if (weight === 0) continue;
      const right = q[row * width + m];
      evaluation.loss -= weight * Math.log(Math.max(SMALLEST, right));
      evaluation.curvature[0] += weight * right * (1 - right);
    }
  }
}

/** A tensor [N, M, …] of one value for each row and problem, built anew only when the problems change. */
function cachedWeights({ tensorflow: { tf }, rows }: Design) {
  let key: Problem[] = [];
  let tensor: Tensor | undefined;
  const of = (problems: readonly Problem[], valuesOf: (problem: Problem) => Float32Array, shape: number[]): Tensor => {
    if (tensor && key.length === problems.length && key.every((problem, m) => problem === problems[m])) return tensor;
    tensor?.dispose();
    key = [...problems];
    const values = new Float32Array(rows * problems.length);
    for (const [m, problem] of problems.entries()) {
      const column = valuesOf(problem);
      for (let row = 0; row < rows; row++) values[row * problems.length + m] = column[row];
    }
    tensor = tf.tensor(values, shape);
    return tensor;
  };
  return { of, dispose: () => tensor?.dispose() };
}
