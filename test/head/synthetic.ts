import { readFileSync } from "node:fs";
import type { Features, Targets } from "../../src/head/linear.js";
import { Random } from "../../src/random.js";

export interface OracleFit {
  C: number;
  classWeight: "balanced" | null;
  coef: number[][];
  intercept: number[];
  loss: number;
  probabilities: number[][];
  labels: Omit<OracleFit, "C" | "classWeight" | "labels">[];
}

/** A fixture of scripts/oracles/head_oracle.py. */
export function oracle(name: string) {
  const url = new URL(`../fixtures/head/${name}.json`, import.meta.url);
  const record = JSON.parse(readFileSync(url, "utf8"));
  const { rows, size, classes, fits } = record;
  const features: Features = { rows, size, data: Float32Array.from(record.x) };
  const targets: Targets =
    name === "multi-label"
      ? { kind: "multi-label", classes, labels: Uint8Array.from(record.labels) }
      : { kind: "single-label", classes, labels: Int32Array.from(record.labels) };
  return { features, targets, fits: fits as OracleFit[] };
}

/** Unit rows around one random centre per class; `spread` 0 puts every row on its centre. */
export function blobs(options: { perClass: number; classes: number; size: number; spread: number; seed: number }) {
  const { perClass, classes, size, spread, seed } = options;
  const random = new Random(seed);
  const centres = Array.from({ length: classes * size }, () => random.normal());
  const rows = perClass * classes;
  const data = new Float32Array(rows * size);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    labels[row] = row % classes;
    let norm = 0;
    for (let f = 0; f < size; f++) {
      const value = centres[labels[row] * size + f] + spread * random.normal();
      data[row * size + f] = value;
      norm += value * value;
    }
    for (let f = 0; f < size; f++) data[row * size + f] /= Math.sqrt(norm);
  }
  const targets: Targets = { kind: "single-label", classes, labels };
  return { features: { rows, size, data } as Features, targets };
}

/** Labels of a multi-label task: label k where feature k is above its mean, with noise. */
export function noisyLabels(features: Features, classes: number, seed: number): Targets {
  const random = new Random(seed);
  const labels = new Uint8Array(features.rows * classes);
  for (let row = 0; row < features.rows; row++) {
    for (let k = 0; k < classes; k++) {
      labels[row * classes + k] = features.data[row * features.size + k] + 0.1 * random.normal() > 0.05 ? 1 : 0;
    }
  }
  return { kind: "multi-label", classes, labels };
}
