/**
 * Smallest probability that a loss is taken of: the step of float32 at 1. scikit-learn's `log_loss` clips float32
 * probabilities at the same place.
 */
const PROBABILITY_FLOOR = 2 ** -23;

/** -ln p of the true class, with p clipped to [floor, 1 - floor]; `p` = 0 for a label that the model does not know. */
export function negativeLogLikelihood(p: number): number {
  return -Math.log(Math.min(Math.max(p, PROBABILITY_FLOOR), 1 - PROBABILITY_FLOOR));
}

/** Mean of -[y ln p + (1 - y) ln(1 - p)] over all decisions. @param probabilities [N, K]. @param labels 0 or 1, [N, K]. */
export function meanBinaryCrossEntropy(probabilities: Float32Array, labels: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    sum += negativeLogLikelihood(labels[i] ? probabilities[i] : 1 - probabilities[i]);
  }
  return sum / labels.length;
}
