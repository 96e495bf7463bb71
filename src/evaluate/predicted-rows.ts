import { negativeLogLikelihood } from "./log-loss.js";
import type { SingleLabelInput } from "./types.js";

/** What of each row the single-label scores need; every array is [N]. */
export interface PredictedRows {
  /** True class; K for a label that the model does not know. */
  truth: Int32Array;
  /** Class of the highest probability, the first of equals. */
  predicted: Int32Array;
  /** The highest probability. */
  confidence: Float32Array;
  /** 1 where truth and prediction agree. */
  correct: Uint8Array;
  /** Negative log-likelihood of the true class in nats. */
  loss: Float64Array;
}

/** Reduces [N, K] probabilities to what is known of each row. */
export function predictRows({ probabilities, labels, labelNames }: SingleLabelInput): PredictedRows {
  const rows = labels.length;
  const classes = labelNames.length;
  const out: PredictedRows = {
    truth: labels.map((id) => (id === -1 ? classes : id)),
    predicted: new Int32Array(rows),
    confidence: new Float32Array(rows),
    correct: new Uint8Array(rows),
    loss: new Float64Array(rows),
  };
  for (let i = 0; i < rows; i++) {
    const offset = i * classes;
    let top = 0;
    for (let k = 1; k < classes; k++) if (probabilities[offset + k] > probabilities[offset + top]) top = k;
    const known = labels[i] >= 0;
    out.predicted[i] = top;
    out.confidence[i] = probabilities[offset + top];
    out.correct[i] = labels[i] === top ? 1 : 0;
    out.loss[i] = negativeLogLikelihood(known ? probabilities[offset + labels[i]] : 0);
  }
  return out;
}
