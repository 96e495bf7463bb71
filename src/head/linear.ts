/** Sentence features, row-major. */
export interface Features {
  /** N */
  rows: number;
  /** F, the length of one row */
  size: number;
  /** [N, F] */
  data: Float32Array;
}

/** What a row is: one class, or a set of labels. */
export type Targets =
  | { kind: "single-label"; classes: number /** [N], 0 … K − 1 */; labels: Int32Array }
  | { kind: "multi-label"; classes: number /** [N, K], 1 where the row has the label */; labels: Uint8Array };

/** logits = x · weights + bias. */
export interface LinearHead {
  /** F */
  featureSize: number;
  /** K */
  classes: number;
  /** [F, K] */
  weights: Float32Array;
  /** [K] */
  bias: Float32Array;
}

/** Number of rows, N. */
export function rowsOf(targets: Targets): number {
  return targets.kind === "single-label" ? targets.labels.length : targets.labels.length / targets.classes;
}

/** The targets of the given rows, in their order. */
export function selectTargets(targets: Targets, rows: ArrayLike<number>): Targets {
  const { classes } = targets;
  if (targets.kind === "single-label") {
    return { ...targets, labels: Int32Array.from(rows, (row) => targets.labels[row]) };
  }
  const labels = new Uint8Array(rows.length * classes);
  for (let i = 0; i < rows.length; i++) {
    labels.set(targets.labels.subarray(rows[i] * classes, (rows[i] + 1) * classes), i * classes);
  }
  return { ...targets, labels };
}

/** The features of the given rows, in their order. */
export function selectFeatures(features: Features, rows: ArrayLike<number>): Features {
  return { rows: rows.length, size: features.size, data: selectRows(features.data, features.size, rows) };
}

/** The first rows alone, without a copy. */
export function firstRows({ size, data }: Features, rows: number): Features {
  return { rows, size, data: data.subarray(0, rows * size) };
}

/** The rows behind the first ones, without a copy; undefined where there are none. */
export function rowsBehind({ rows, size, data }: Features, first: number): Features | undefined {
  return rows > first ? { rows: rows - first, size, data: data.subarray(first * size) } : undefined;
}

/** Rows of a row-major matrix [N, width], in the given order. */
export function selectRows(matrix: Float32Array, width: number, rows: ArrayLike<number>): Float32Array {
  const data = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) data.set(matrix.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return data;
}

/**
 * x · W + b, [N, K]. Plain JavaScript: for the batches of prediction (32 × 384 × 77 in about 1 ms) it costs less than
 * moving the features to a backend, and predicting needs no TensorFlow at all.
 */
export function headLogits(head: LinearHead, features: Features): Float32Array {
  const { featureSize, classes, weights, bias } = head;
  if (features.size !== featureSize) {
    throw new RangeError(`features have ${features.size} columns, the head expects ${featureSize}`);
  }
  const logits = new Float32Array(features.rows * classes);
  const sums = new Float64Array(classes);
  for (let row = 0; row < features.rows; row++) {
    sums.set(bias);
    for (let f = 0; f < featureSize; f++) {
      const x = features.data[row * featureSize + f];
      const at = f * classes;
      for (let k = 0; k < classes; k++) sums[k] += x * weights[at + k];
    }
    logits.set(sums, row * classes);
  }
  return logits;
}

/** Softmax over K (single-label) or a sigmoid for each label (multi-label) of logits [N, K]. */
export function probabilities(kind: Targets["kind"], logits: Float32Array, classes: number): Float32Array {
  if (kind === "multi-label") return logits.map((z) => 1 / (1 + Math.exp(-z)));
  const result = new Float32Array(logits.length);
  for (let at = 0; at < logits.length; at += classes) {
    let max = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) max = Math.max(max, logits[at + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[at + k] - max);
    for (let k = 0; k < classes; k++) result[at + k] = Math.exp(logits[at + k] - max) / sum;
  }
  return result;
}

/** The head whose logits are those of `head` divided by `temperature`; the order of the classes stays. */
export function scaleHead(head: LinearHead, temperature: number): LinearHead {
  return { ...head, weights: head.weights.map((w) => w / temperature), bias: head.bias.map((b) => b / temperature) };
}
