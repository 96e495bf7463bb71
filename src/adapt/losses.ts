import type { Scalar, Tensor2D } from "@tensorflow/tfjs-core";
import type { LinearHead, Targets } from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";

/** What the embeddings of a batch are judged by. Weights of several losses are added up. */
export interface LossWeights {
  /** Squared error of the cosine of every pair to 1 (same labels) or 0. */
  cosinePairs?: number;
  /** Supervised contrastive (Khosla et al. 2020). */
  contrastive?: number;
  /** Cross-entropy of a linear head that is fitted first (LP-FT, Kumar et al. 2022) and trained along. */
  crossEntropy?: number;
}

/** Cosines are divided by it in the contrastive loss. */
const temperature = 0.1;

/** A loss, and its gradient with respect to the embeddings. */
export interface LossValue {
  loss: number;
  /** dL/dE, [B, D] */
  dEmbeddings: Float32Array;
  /** dL/d(weights) [D, K] and dL/d(bias) [K] of the head, where there is one. */
  dHead?: { weights: Float32Array; bias: Float32Array };
}

/**
 * The loss of one batch.
 * @param embeddings [B, D], of unit length. @param targets of the B texts. @param head only read with `crossEntropy`.
 */
export function batchLoss(
  { tf }: Tensorflow,
  weights: LossWeights,
  embeddings: Float32Array,
  targets: Targets,
  head?: LinearHead,
): LossValue {
  return tf.tidy(() => {
    const rows = targets.kind === "single-label" ? targets.labels.length : targets.labels.length / targets.classes;
    const size = embeddings.length / rows;
    const similarity = tf.tensor2d(labelSimilarity(targets), [rows, rows]); // [B, B]
    const oneHot = tf.tensor2d(Float32Array.from(labelMatrix(targets)), [rows, targets.classes]); // [B, K]
    const loss = (e: Tensor2D, w?: Tensor2D, b?: Tensor2D): Scalar => {
      const parts: Scalar[] = [];
      const cosines = tf.matMul(e, tf.transpose(e)) as Tensor2D; // [B, B]
      if (weights.cosinePairs) parts.push(tf.mul(cosinePairLoss(tf, cosines, similarity), weights.cosinePairs));
      if (weights.contrastive) parts.push(tf.mul(contrastiveLoss(tf, cosines, similarity), weights.contrastive));
      if (weights.crossEntropy && w && b) {
        const logits = tf.add(tf.matMul(e, w), b) as Tensor2D;
        parts.push(tf.mul(crossEntropy(tf, logits, oneHot, targets.kind), weights.crossEntropy));
      }
      return tf.addN(parts);
    };
    const e = tf.tensor2d(embeddings, [rows, size]);
    const inputs = head
      ? [e, tf.tensor2d(head.weights, [size, head.classes]), tf.tensor2d(head.bias, [1, head.classes])]
      : [e];
    const { value, grads } = tf.valueAndGrads((...args) => loss(...(args as [Tensor2D])))(inputs);
    const [dE, dW, dB] = grads.map((grad) => grad.dataSync() as Float32Array);
    const result = { loss: value.dataSync()[0], dEmbeddings: Float32Array.from(dE) };
    return head ? { ...result, dHead: { weights: Float32Array.from(dW), bias: Float32Array.from(dB) } } : result;
  });
}

/**
 * Mean squared error of the cosines to their targets, the pairs that share a label and those that share none averaged
 * apart and then together: each kind counts for half, however many there are. What SetFit (Tunstall et al. 2022) samples
 * pair by pair a batch has for free.
 */
function cosinePairLoss(tf: Tensorflow["tf"], cosines: Tensor2D, similarity: Tensor2D): Scalar {
  const [rows] = cosines.shape;
  const others = tf.sub(1, tf.eye(rows)); // without the pairs of a text and itself
  const alike = tf.mul(tf.cast(tf.greater(similarity, 0), "float32"), others);
  const apart = tf.sub(others, alike);
  const errors = tf.square(tf.sub(cosines, similarity));
  const mean = (mask: typeof alike) => tf.div(tf.sum(tf.mul(errors, mask)), tf.maximum(tf.sum(mask), 1));
  return tf.mul(tf.add(mean(alike), mean(apart)), 0.5) as Scalar;
}

/**
 * −1/|B'| Σᵢ Σₚ sᵢₚ log softmaxₚ(cos/τ) / Σₚ sᵢₚ over p ≠ i (Khosla et al. 2020, equation 2; s is 1 for the same label), over
 * the texts that share a label with another one of the batch.
 */
function contrastiveLoss(tf: Tensorflow["tf"], cosines: Tensor2D, similarity: Tensor2D): Scalar {
  const [rows] = cosines.shape;
  const self = tf.eye(rows);
  const logits = tf.sub(tf.div(cosines, temperature), tf.mul(self, 1e9));
  const logShare = tf.logSoftmax(logits as Tensor2D);
  const positives = tf.mul(similarity, tf.sub(1, self));
  const totals = tf.sum(positives, 1);
  const ofRow = tf.div(tf.sum(tf.mul(positives, tf.mul(logShare, tf.sub(1, self))), 1), tf.maximum(totals, 1e-9));
  const counted = tf.maximum(tf.sum(tf.cast(tf.greater(totals, 0), "float32")), 1);
  return tf.neg(tf.div(tf.sum(ofRow), counted)) as Scalar;
}

/** Mean over the rows: softmax over the classes, or a sigmoid for each label summed over the labels. */
function crossEntropy(tf: Tensorflow["tf"], logits: Tensor2D, oneHot: Tensor2D, kind: Targets["kind"]): Scalar {
  if (kind === "single-label") return tf.neg(tf.mean(tf.sum(tf.mul(oneHot, tf.logSoftmax(logits)), 1))) as Scalar;
  const losses = tf.sub(tf.softplus(logits), tf.mul(logits, oneHot));
  return tf.mean(tf.sum(losses, 1)) as Scalar;
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
