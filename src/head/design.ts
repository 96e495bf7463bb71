import type { Tensor2D } from "@tensorflow/tfjs-core";
import { type Tensorflow, useBackend } from "../runtime/tensorflow.js";
import type { Features, LinearHead } from "./linear.js";
import { multiply, multiplyTransposed, rowBasis, transpose, transposed } from "./matrix.js";
import { leadingDirections, type Spectrum } from "./spectrum.js";

/**
 * Features on the backend, once for any number of fits: centred, with a column of ones for the intercept, and transposed
 * (a matrix product with a transposed operand is ten times slower in wasm).
 *
 * Centring changes no optimum (the intercept takes it up) and makes the intercept independent of the weights to second
 * order. Where rows are few against F, neither does a rotation into the space that they span, since the optimal weights lie
 * in it and the penalty sees only their length; a fit then has R ≤ N − 1 parameters per class in place of F. Below, F stands for
 * the length of a row of the matrix. Whoever prepares a design disposes it.
 */
export interface Design {
  tensorflow: Tensorflow;
  /** N */
  rows: number;
  /** F + 1, or R + 1 over a basis; the last column is the intercept's. */
  columns: number;
  /** [F], what was subtracted from each row */
  mean: Float64Array;
  /** Of few rows: an orthonormal basis [R, F] of the space that they span, in whose coordinates the matrix is. */
  basis?: Float64Array;
  /** [N, F + 1], or [N, R + 1] */
  matrix: Tensor2D;
  /** [F + 1, N], or [R + 1, N] */
  transposed: Tensor2D;
  /** Of the covariance of the features, for the preconditioner. */
  spectrum: Spectrum;
  dispose(): void;
}

/** Up to this many rows, and half as many as columns, a basis costs less than it saves (measured: 48 × 1,152 in 5 ms). */
const BASIS_ROWS = 200;

/** @see Design */
export function prepareDesign(tensorflow: Tensorflow, features: Features): Design {
  useBackend(tensorflow);
  const { tf } = tensorflow;
  const { rows } = features;
  const mean = columnMeans(features);
  const reduces = rows <= BASIS_ROWS && 2 * rows <= features.size;
  const basis = reduces ? rowBasis(centred(features, mean), rows, features.size) : undefined;
  const size = basis ? basis.length / features.size : features.size;
  const coordinates = basis && multiplyTransposed(centred(features, mean), basis, features.size);
  const columns = size + 1;
  const values = new Float32Array(rows * columns);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let f = 0; f < size; f++, at++) {
      values[at + row] = coordinates ? coordinates[at] : features.data[at] - mean[f];
    }
    values[at + row] = 1;
  }
  const turned = new Float32Array(columns * rows);
  transpose(values, rows, columns, turned);
  const matrix = tf.tensor2d(values, [rows, columns]);
  const transposed = tf.tensor2d(turned, [columns, rows]);
  const spectrum = leadingDirections(tensorflow, matrix, transposed, values);
  const dispose = () => tf.dispose([matrix, transposed]);
  return { tensorflow, rows, columns, mean, basis, matrix, transposed, spectrum, dispose };
}

/** Makes the backend of a design the current one. */
export function useDesign({ tensorflow }: Design): Tensorflow {
  useBackend(tensorflow);
  return tensorflow;
}

function columnMeans({ rows, size, data }: Features): Float64Array {
  const mean = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < size; f++) mean[f] += data[row * size + f] / rows;
  }
  return mean;
}

function centred({ rows, size, data }: Features, mean: Float64Array): Float64Array {
  const result = new Float64Array(rows * size);
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < size; f++) result[row * size + f] = data[row * size + f] - mean[f];
  }
  return result;
}

/** The head of parameters [F + 1, K] over a design: leaves the basis, and moves the centring into the bias. */
export function headOf({ mean, basis, columns }: Design, parameters: Float64Array): LinearHead {
  const featureSize = mean.length;
  const classes = parameters.length / columns;
  const inner = parameters.subarray(0, (columns - 1) * classes);
  const weights = basis ? multiply(transposed(basis, featureSize), inner, columns - 1, classes) : inner;
  const bias = parameters.slice(inner.length);
  for (let f = 0; f < featureSize; f++) {
    for (let k = 0; k < classes; k++) bias[k] -= mean[f] * weights[f * classes + k];
  }
  return { featureSize, classes, weights: Float32Array.from(weights), bias: Float32Array.from(bias) };
}

/** The inverse of `headOf`; over a basis, what of the head lies in it. */
export function parametersOf({ mean, basis, columns }: Design, head: LinearHead): Float64Array {
  const { classes, featureSize, bias } = head;
  const weights = Float64Array.from(head.weights);
  const parameters = new Float64Array(columns * classes);
  parameters.set(basis ? multiply(basis, weights, featureSize, classes) : weights);
  const at = (columns - 1) * classes;
  parameters.set(bias, at);
  for (let f = 0; f < featureSize; f++) {
    for (let k = 0; k < classes; k++) parameters[at + k] += mean[f] * weights[f * classes + k];
  }
  return parameters;
}
