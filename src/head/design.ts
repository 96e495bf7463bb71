import type { Tensor2D } from "@tensorflow/tfjs-core";
import { type Tensorflow, useBackend } from "../runtime/tensorflow.js";
import type { Features, LinearHead } from "./linear.js";
import { leadingDirections, type Spectrum } from "./spectrum.js";

/**
 * Features on the backend, once for any number of fits: centred, with a column of ones for the intercept, and transposed
 * (a matrix product with a transposed operand is ten times slower in wasm).
 *
 * Centring changes no optimum (the intercept takes it up) and makes the intercept independent of the weights to second
 * order. Whoever prepares a design disposes it.
 */
export interface Design {
  tensorflow: Tensorflow;
  /** N */
  rows: number;
  /** F + 1; the last column is the intercept's. */
  columns: number;
  /** [F], what was subtracted from each row */
  mean: Float64Array;
  /** [N, F + 1] */
  matrix: Tensor2D;
  /** [F + 1, N] */
  transposed: Tensor2D;
  /** Of the covariance of the features, for the preconditioner. */
  spectrum: Spectrum;
  dispose(): void;
}

/** @see Design */
export function prepareDesign(tensorflow: Tensorflow, features: Features): Design {
  useBackend(tensorflow);
  const { tf } = tensorflow;
  const { rows, size } = features;
  const mean = columnMeans(features);
  const columns = size + 1;
  const centred = new Float32Array(rows * columns);
  const turned = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < size; f++) centred[row * columns + f] = features.data[row * size + f] - mean[f];
    centred[row * columns + size] = 1;
  }
  transpose(centred, rows, columns, turned);
  const matrix = tf.tensor2d(centred, [rows, columns]);
  const transposed = tf.tensor2d(turned, [columns, rows]);
  const spectrum = leadingDirections(tensorflow, matrix, transposed, centred);
  const dispose = () => tf.dispose([matrix, transposed]);
  return { tensorflow, rows, columns, mean, matrix, transposed, spectrum, dispose };
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

/** In blocks that stay in the cache. */
function transpose(source: Float32Array, rows: number, columns: number, target: Float32Array): void {
  const block = 32;
  for (let top = 0; top < rows; top += block) {
    const bottom = Math.min(rows, top + block);
    for (let left = 0; left < columns; left += block) {
      const right = Math.min(columns, left + block);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) target[column * rows + row] = source[row * columns + column];
      }
    }
  }
}

/** The head of parameters [F + 1, K] over a design: moves the centring into the bias. */
export function headOf({ mean, columns }: Design, parameters: Float64Array): LinearHead {
  const featureSize = columns - 1;
  const classes = parameters.length / columns;
  const weights = Float32Array.from(parameters.subarray(0, featureSize * classes));
  const shifted = parameters.slice(featureSize * classes);
  for (let f = 0; f < featureSize; f++) {
    for (let k = 0; k < classes; k++) shifted[k] -= mean[f] * parameters[f * classes + k];
  }
  return { featureSize, classes, weights, bias: Float32Array.from(shifted) };
}

/** The inverse of `headOf`. */
export function parametersOf({ mean, columns }: Design, head: LinearHead): Float64Array {
  const { classes, weights, bias } = head;
  const parameters = new Float64Array(columns * classes);
  parameters.set(weights);
  const at = (columns - 1) * classes;
  parameters.set(bias, at);
  for (let f = 0; f < columns - 1; f++) {
    for (let k = 0; k < classes; k++) parameters[at + k] += mean[f] * weights[f * classes + k];
  }
  return parameters;
}
