import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { type LinearHead, rowsOf, type Targets } from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";

/** What the embeddings of a batch are judged by. Weights of several losses are added up. */
export interface LossWeights {
  /** Squared error of the cosine of every pair to 1 (same labels) or 0. */
  cosinePairs?: number;
  /** Every text nearer to those of its label than to any other one (Sun et al. 2020). */
  ranking?: number;
  /** Supervised contrastive (Khosla et al. 2020). */
  contrastive?: number;
  /** Cross-entropy of a linear head that is fitted first (LP-FT, Kumar et al. 2022) and trained along. */
  crossEntropy?: number;
}

/** Cosines are divided by it in the contrastive loss. */
const temperature = 0.1;

/** Cosines are multiplied by it in the ranking loss. */
const sharpness = 20;

/** A loss, and its gradient with respect to the embeddings. */
export interface LossValue {
  loss: number;
  /** dL/dE, [B, D] */
  dEmbeddings: Float32Array;
  /** dL/d(weights) [D, K] and dL/d(bias) [K] of the head, where there is one. */
  dHead?: { weights: Float32Array; bias: Float32Array };
}

/** A loss over the cosines C = E Eᵀ of a batch and its gradient dL/dC, both [B, B]. */
interface PairLoss {
  loss: Scalar;
  dCosines: Tensor2D;
}

/**
 * The loss of one batch. Gradients are written out: TensorFlow.js' core has none by itself.
 *
 * Through C = E Eᵀ: dE = (G + Gᵀ) E with G = dL/dC.
 *
 * @param embeddings [B, D], of unit length. @param targets of the B texts. @param head only read with `crossEntropy`.
 */
export function batchLoss(
  { tf }: Tensorflow,
  weights: LossWeights,
  embeddings: Float32Array,
  targets: Targets,
  head?: LinearHead,
): LossValue {
  return tidied(tf, () => {
    const rows = rowsOf(targets);
    const e = tf.tensor2d(embeddings, [rows, embeddings.length / rows]);
    const cosines = tf.matMul(e, tf.transpose(e)) as Tensor2D; // [B, B]
    const similarity = tf.tensor2d(labelSimilarity(targets), [rows, rows]); // [B, B]
    let loss = 0;
    let dE = tf.zerosLike(e);
    for (const [pairLoss, weight] of [
      [cosinePairLoss, weights.cosinePairs ?? 0],
      [rankingLoss, weights.ranking ?? 0],
      [contrastiveLoss, weights.contrastive ?? 0],
    ] as const) {
      if (weight === 0) continue;
      const value = pairLoss(tf, cosines, similarity);
      const symmetric = tf.add(value.dCosines, tf.transpose(value.dCosines)) as Tensor2D;
      loss += weight * value.loss.dataSync()[0];
      dE = tf.add(dE, tf.mul(tf.matMul(symmetric, e), weight));
    }
    const result = (): LossValue => ({ loss, dEmbeddings: dE.dataSync() as Float32Array });
    if (!weights.crossEntropy || !head) return result();
    const entropy = crossEntropy(tf, e, targets, head);
    const weight = weights.crossEntropy;
    loss += weight * entropy.loss.dataSync()[0];
    dE = tf.add(dE, tf.mul(entropy.dE, weight));
    const [dWeights, dBias] = [entropy.dWeights, entropy.dBias].map(
      (tensor) => tf.mul(tensor, weight).dataSync() as Float32Array,
    );
    return { ...result(), dHead: { weights: dWeights, bias: dBias } };
  });
}

/** `tf.tidy` for a result that holds no tensors. */
function tidied<R>(tf: Tensorflow["tf"], work: () => R): R {
  let result!: R;
  tf.tidy(() => {
    result = work();
  });
  return result;
}

/**
 * Mean squared error of the cosines to their targets, the pairs that share a label and those that share none averaged
 * apart and then together: each kind counts for half, however many there are. What SetFit (Tunstall et al. 2022) samples
 * pair by pair a batch has for free. With M the weight of each pair: L = Σ M (C − S)², dL/dC = 2 M (C − S).
 */
function cosinePairLoss(tf: Tensorflow["tf"], cosines: Tensor2D, similarity: Tensor2D): PairLoss {
  const { alike, apart } = kindsOfPairs(tf, similarity);
  const half = (pairs: Tensor) => tf.div(pairs, tf.mul(2, tf.maximum(tf.sum(pairs), 1)));
  const errors = tf.sub(cosines, similarity);
  const weighted = tf.mul(tf.add(half(alike), half(apart)), errors);
  return { loss: tf.sum(tf.mul(weighted, errors)), dCosines: tf.mul(weighted, 2) as Tensor2D };
}

/**
 * L = 1/B' Σᵢ log(1 + Σₙ exp(s Cᵢₙ) Σₚ exp(−s Cᵢₚ)), p the texts that share a label with i and n those that share none, over the B'
 * texts that have both (Sun et al. 2020, equation 1 with margin 0). With zᵢ the logarithm of the product, a the softmax of s C over n and
 * b that of −s C over p: dL/dC = s σ(z) (a − b)/B'.
 */
function rankingLoss(tf: Tensorflow["tf"], cosines: Tensor2D, similarity: Tensor2D): PairLoss {
  const { alike, apart } = kindsOfPairs(tf, similarity);
  const among = (pairs: Tensor, factor: number) => tf.sub(tf.mul(cosines, factor), tf.mul(tf.sub(1, pairs), 1e9));
  const [negatives, positives] = [among(apart, sharpness), among(alike, -sharpness)]; // [B, B]
  const z = tf.add(tf.logSumExp(negatives, 1, true), tf.logSumExp(positives, 1, true)); // [B, 1], −1e9 without both
  const counted = tf.mul(tf.max(alike, 1), tf.max(apart, 1));
  const share = tf.div(1, tf.maximum(tf.sum(counted), 1));
  const directions = tf.sub(tf.softmax(negatives), tf.softmax(positives));
  return {
    loss: tf.mul(tf.sum(tf.softplus(z)), share) as Scalar,
    dCosines: tf.mul(tf.mul(directions, tf.sigmoid(z)), tf.mul(share, sharpness)) as Tensor2D,
  };
}

/** [B, B] each, 1 where two texts share a label, and where they share none; never of a text and itself. */
function kindsOfPairs(tf: Tensorflow["tf"], similarity: Tensor2D) {
  const others = tf.sub(1, tf.eye(similarity.shape[0]));
  const alike = tf.mul(tf.cast(tf.greater(similarity, 0), "float32"), others);
  return { alike, apart: tf.sub(others, alike) };
}

/**
 * L = −1/B' Σᵢ Σₚ tᵢₚ log qᵢₚ with q = softmax over p ≠ i of C/τ and t = s normalised over p ≠ i (Khosla et al. 2020, equation 2,
 * where s is 1 for the same label), over the B' texts that share a label with another one. dL/dC = (q − t)/(τ B').
 */
function contrastiveLoss(tf: Tensorflow["tf"], cosines: Tensor2D, similarity: Tensor2D): PairLoss {
  const self = tf.eye(cosines.shape[0]);
  const logits = tf.sub(tf.div(cosines, temperature), tf.mul(self, 1e9)) as Tensor2D;
  const positives = tf.mul(similarity, tf.sub(1, self));
  const totals = tf.sum(positives, 1, true); // [B, 1]
  const counted = tf.cast(tf.greater(totals, 0), "float32");
  const wanted = tf.div(positives, tf.maximum(totals, 1e-9));
  const scale = tf.div(counted, tf.maximum(tf.sum(counted), 1));
  const loss = tf.neg(tf.sum(tf.mul(tf.mul(wanted, tf.logSoftmax(logits)), scale)));
  const dLogits = tf.mul(tf.sub(tf.softmax(logits), wanted), scale);
  return { loss: loss as Scalar, dCosines: tf.div(dLogits, temperature) as Tensor2D };
}

/**
 * Mean over the rows: softmax over the classes, or a sigmoid for each label summed over the labels. Of both the gradient
 * with respect to the logits Z = E W + b is (p − y)/B; dE = dZ Wᵀ, dW = Eᵀ dZ, db = Σ dZ.
 */
function crossEntropy(tf: Tensorflow["tf"], e: Tensor2D, targets: Targets, head: LinearHead) {
  const [rows, size] = e.shape;
  const w = tf.tensor2d(head.weights, [size, head.classes]);
  const y = tf.tensor2d(Float32Array.from(labelMatrix(targets)), [rows, head.classes]);
  const z = tf.add(tf.matMul(e, w), tf.tensor1d(head.bias)) as Tensor2D; // [B, K]
  const single = targets.kind === "single-label";
  const p = single ? tf.softmax(z) : tf.sigmoid(z);
  const perRow = single
    ? tf.neg(tf.sum(tf.mul(y, tf.logSoftmax(z)), 1))
    : tf.sum(tf.sub(tf.softplus(z), tf.mul(z, y)), 1);
  const dZ = tf.div(tf.sub(p, y), rows) as Tensor2D;
  return {
    loss: tf.mean(perRow) as Scalar,
    dE: tf.matMul(dZ, tf.transpose(w)) as Tensor2D,
    dWeights: tf.matMul(tf.transpose(e), dZ),
    dBias: tf.sum(dZ, 0),
  };
}

/** [B, K], 1 where a row has the label. */
function labelMatrix(targets: Targets): ArrayLike<number> {
  if (targets.kind === "multi-label") return targets.labels;
  const matrix = new Uint8Array(targets.labels.length * targets.classes);
  targets.labels.forEach((label, row) => {
    matrix[row * targets.classes + label] = 1;
  });
  return matrix;
}

/** [B, B]: labels shared over labels had by either (Jaccard); 1 or 0 for single labels. */
export function labelSimilarity(targets: Targets): Float32Array {
  const { classes } = targets;
  const matrix = labelMatrix(targets);
  const rows = matrix.length / classes;
  const similarity = new Float32Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) {
      let [shared, either] = [0, 0];
      for (let k = 0; k < classes; k++) {
        const [a, b] = [matrix[i * classes + k], matrix[j * classes + k]];
        shared += a & b;
        either += a | b;
      }
      similarity[i * rows + j] = either === 0 ? 0 : shared / either;
    }
  }
  return similarity;
}
