/** Out-of-fold probabilities and the labels that were given, of rows with one label each. */
export interface LabelledProbabilities {
  /** K */
  classes: number;
  /** [N, K], by a model that had not seen the row */
  probabilities: Float32Array;
  /** [N], 0 … K − 1 */
  labels: Int32Array;
}

/** An estimate of which labels were given for which true classes. */
export interface ConfidentJoint {
  /** [K]: the mean probability of a class among the rows labelled so; no rows: above 1, never reached. */
  thresholds: Float64Array;
  /** [N]: the class that a row confidently belongs to; -1 where no class reaches its threshold. */
  confident: Int32Array;
  /** [K, K]: estimated number of rows with the given label i (row) and the true class j (column); a row sums to the label's rows. */
  counts: Float64Array;
}

/**
 * The confident joint (Northcutt, Jiang and Chuang 2021, Confident Learning, eq. 1–3): a row belongs to the likeliest of the classes whose
 * probability reaches the class's own threshold. Thresholds of its own make a class comparable that the model is less sure of. The
 * counts are then scaled so that each label has as many rows as were given it.
 */
export function confidentJoint({ classes, probabilities, labels }: LabelledProbabilities): ConfidentJoint {
  const rowsOf = new Float64Array(classes);
  const sums = new Float64Array(classes);
  for (const [row, label] of labels.entries()) {
    rowsOf[label]++;
    sums[label] += probabilities[row * classes + label];
  }
  const thresholds = sums.map((sum, k) => (rowsOf[k] > 0 ? sum / rowsOf[k] : 2));
  const confident = new Int32Array(labels.length).fill(-1);
  const counts = new Float64Array(classes * classes);
  for (const [row, label] of labels.entries()) {
    let best = -1;
    for (let k = 0; k < classes; k++) {
      const p = probabilities[row * classes + k];
      // Rounding must not keep a class of equal probabilities below its own mean.
      if (p >= thresholds[k] - 1e-6 && (best === -1 || p > probabilities[row * classes + best])) best = k;
    }
    confident[row] = best;
    if (best !== -1) counts[label * classes + best]++;
  }
  calibrate(counts, rowsOf, classes);
  return { thresholds, confident, counts };
}

/** Scales each row of the counts to the number of rows with that label; a label without a confident row keeps all its rows. */
function calibrate(counts: Float64Array, rowsOf: Float64Array, classes: number): void {
  for (let label = 0; label < classes; label++) {
    const own = counts.subarray(label * classes, (label + 1) * classes);
    const sum = own.reduce((a, b) => a + b, 0);
    if (sum === 0) own[label] = rowsOf[label];
    else for (let k = 0; k < classes; k++) own[k] *= rowsOf[label] / sum;
  }
}

/** Share of the rows whose label is wrong, by the estimate. */
export function estimatedNoise({ counts }: Pick<ConfidentJoint, "counts">, classes: number): number {
  let wrong = 0;
  let all = 0;
  for (const [at, count] of counts.entries()) {
    all += count;
    if (Math.floor(at / classes) !== at % classes) wrong += count;
  }
  return all === 0 ? 0 : wrong / all;
}
