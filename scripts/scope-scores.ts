import { symmetricEigen } from "../src/experiments/eigen.js";
import type { Features } from "../src/head/linear.js";
import type { Tensorflow } from "../src/runtime/tensorflow.js";

/** From logits at the classifier's temperature. */
export const logitScores: Record<string, (row: Float32Array) => number> = {
  "max probability": (row) => 1 / relativeSum(row),
  "max logit": largest,
  energy: (row) => largest(row) + Math.log(relativeSum(row)),
};

export function largest(row: Float32Array): number {
  return row.reduce((a, b) => Math.max(a, b));
}

/** Σ exp(z − max z). */
function relativeSum(row: Float32Array): number {
  const max = largest(row);
  return row.reduce((sum, z) => sum + Math.exp(z - max), 0);
}

/** Distance scores of features [R, F] after one another, fitted on training features [N, F] with labels. */
export const distanceScores: Record<
  string,
  (tensorflow: Tensorflow, train: Features, labels: Int32Array, classes: number) => (features: Features) => Float64Array
> = {
  Mahalanobis: mahalanobis,
  "nearest neighbour": (tensorflow, train) => (features) => similarityOf(tensorflow, train, features, 1),
  "10th neighbour": (tensorflow, train) => (features) => similarityOf(tensorflow, train, features, 10),
};

/** Lee et al. 2018: the distance to the nearest class mean under one covariance, here shrunk half-way to a multiple of the identity. */
function mahalanobis({ tf }: Tensorflow, train: Features, labels: Int32Array, classes: number) {
  const { rows, size } = train;
  const means = classMeans(train, labels, classes);
  const away = train.data.map((value, at) => value - means[labels[Math.floor(at / size)] * size + (at % size)]);
  const covariance = tf.tidy(() => {
    const matrix = tf.tensor2d(away, [rows, size]);
    return tf.div(tf.matMul(matrix, matrix, true, false), rows).dataSync();
  });
  const { values, vectors } = symmetricEigen(Float64Array.from(covariance), size);
  const mean = values.reduce((sum, value) => sum + value, 0) / size;
  const whitening = Float32Array.from(
    vectors,
    (v, at) => v / Math.sqrt(0.5 * Math.max(0, values[at % size]) + 0.5 * mean),
  );
  return (features: Features): Float64Array => {
    const distances = tf.tidy(() => {
      const basis = tf.tensor2d(whitening, [size, size]);
      const x = tf.matMul(tf.tensor2d(features.data, [features.rows, size]), basis);
      const m = tf.matMul(tf.tensor2d(means, [classes, size]), basis);
      const squares = tf.sub(tf.sum(tf.square(m), 1), tf.mul(2, tf.matMul(x, m, false, true))); // [R, K]
      return tf.add(tf.min(squares, 1), tf.sum(tf.square(x), 1)).dataSync();
    });
    return Float64Array.from(distances, (distance) => -distance);
  };
}

/** The cosine to the k-th nearest training row (Sun et al. 2022). */
function similarityOf({ tf }: Tensorflow, train: Features, features: Features, k: number): Float64Array {
  const similarities = tf.tidy(() => {
    const texts = tf.tensor2d(features.data, [features.rows, train.size]);
    const { values } = tf.topk(tf.matMul(texts, tf.tensor2d(train.data, [train.rows, train.size]), false, true), k);
    return tf.min(values, 1).dataSync();
  });
  return Float64Array.from(similarities);
}

function classMeans({ rows, size, data }: Features, labels: Int32Array, classes: number): Float32Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]++;
  const means = new Float32Array(classes * size);
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < size; f++) means[labels[row] * size + f] += data[row * size + f] / counts[labels[row]];
  }
  return means;
}
