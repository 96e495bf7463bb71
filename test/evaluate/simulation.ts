import type { MultiLabelInput, SingleLabelInput } from "../../src/evaluate/types.js";
import type { Random } from "../../src/random.js";

/** c0, c1 … */
export function namesOf(classes: number): string[] {
  return Array.from({ length: classes }, (_, k) => `c${k}`);
}

/** Softmax of standard normal logits with `signal` added at the true class; classes are equally frequent. */
export function simulatedClassifier(random: Random, rows: number, classes: number, signal: number): SingleLabelInput {
  const probabilities = new Float32Array(rows * classes);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    labels[i] = random.integer(classes);
    const logits = namesOf(classes).map((_, k) => random.normal() + (k === labels[i] ? signal : 0));
    const exp = logits.map(Math.exp);
    const sum = exp.reduce((a, b) => a + b, 0);
    probabilities.set(
      exp.map((e) => e / sum),
      i * classes,
    );
  }
  return { probabilities, labels, labelNames: namesOf(classes) };
}

/** A calibrated classifier: rows of probabilities are drawn first, then a label from each. */
export function calibratedClassifier(random: Random, rows: number, classes: number, spread: number): SingleLabelInput {
  const input = simulatedClassifier(random, rows, classes, 0);
  for (let i = 0; i < rows; i++) {
    const row = input.probabilities.subarray(i * classes, (i + 1) * classes);
    const powered = row.map((p) => p ** spread);
    const sum = powered.reduce((a, b) => a + b, 0);
    row.set(powered.map((p) => p / sum));
    let u = random.uniform();
    let k = 0;
    while (k < classes - 1 && u >= row[k]) u -= row[k++];
    input.labels[i] = k;
  }
  return input;
}

/** Logistic of normal logits; each label is true of three rows in ten; thresholds 0.5. */
export function simulatedLabels(random: Random, rows: number, classes: number, signal: number): MultiLabelInput {
  const labels = new Uint8Array(rows * classes).map(() => (random.uniform() < 0.3 ? 1 : 0));
  const probabilities = Float32Array.from(labels, (y) => 1 / (1 + Math.exp(-random.normal() - signal * (y - 0.5))));
  return { probabilities, labels, thresholds: new Float32Array(classes).fill(0.5), labelNames: namesOf(classes) };
}
