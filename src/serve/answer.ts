import type { Manifest } from "../classifier/manifest.js";
import { type ClassifierOutput, outOfScope } from "../classifier/output.js";
import { probabilities } from "../head/linear.js";
import type { Prediction } from "./schemas.js";

export interface AnswerOptions {
  /** Also the probabilities of so many likeliest labels. */
  top?: number;
  /** See `predictBody`. */
  threshold?: number;
}

/** What a model says of N texts. */
export function answersOf(manifest: Manifest, output: ClassifierOutput, options: AnswerOptions): Prediction[] {
  const classes = manifest.labels.length;
  const all = probabilities(manifest.task, output.logits, classes);
  const outside = outOfScope(manifest, output);
  const decide = manifest.task === "multi-label" ? severalLabels : oneLabel;
  return Array.from({ length: all.length / classes }, (_, i) => {
    const row = all.subarray(i * classes, (i + 1) * classes);
    return {
      ...decide(manifest, row, options.threshold),
      ...(outside && { inScope: outside[i] === 0 }),
      ...(options.top !== undefined && { scores: likeliest(manifest.labels, row, options.top) }),
    };
  });
}

function oneLabel({ labels }: Manifest, row: Float32Array, threshold = 0): Prediction {
  const best = row.indexOf(Math.max(...row));
  return { label: row[best] < threshold ? null : labels[best], confidence: rounded(row[best]) };
}

/** The confidence of several decisions is that of the least sure one, as in `predict`. */
function severalLabels({ labels, thresholds }: Manifest, row: Float32Array, threshold?: number): Prediction {
  const given = inOrder(row).filter((k) => row[k] >= (threshold ?? thresholds?.[k] ?? 0.5));
  const confidence = given.length > 0 ? row[given[given.length - 1]] : 1 - Math.max(...row);
  return { labels: given.map((k) => labels[k]), confidence: rounded(confidence) };
}

function likeliest(labels: readonly string[], row: Float32Array, count: number) {
  return inOrder(row)
    .slice(0, count)
    .map((k) => ({ label: labels[k], probability: rounded(row[k]) }));
}

function inOrder(row: Float32Array): number[] {
  return [...row.keys()].sort((a, b) => row[b] - row[a] || a - b);
}

/** Float32 has no more digits. */
function rounded(p: number): number {
  return Math.round(p * 1e7) / 1e7;
}
