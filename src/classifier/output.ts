import type { Manifest } from "./manifest.js";

/** What a classifier's graph computes for N texts. */
export interface ClassifierOutput {
  /** [N, K] */
  logits: Float32Array;
  /** [N], compared with the manifest's threshold; null where the graph has no such output. */
  inScope: Float32Array | null;
}

/** Parts rows of logits and, in folders that have it, the `in_scope` score. @param output [N, K] or [N, K + 1] */
export function splitOutput(output: Float32Array, rows: number, classes: number): ClassifierOutput {
  if (output.length === rows * classes) return { logits: output, inScope: null };
  const logits = new Float32Array(rows * classes);
  const inScope = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const at = row * (classes + 1);
    logits.set(output.subarray(at, at + classes), row * classes);
    inScope[row] = output[at + classes];
  }
  return { logits, inScope };
}

/** [N], 1 where a text probably fits none of the labels; null where the classifier has no threshold for that. */
export function outOfScope({ outOfScope: record }: Manifest, { inScope }: ClassifierOutput): Uint8Array | null {
  return inScope && record ? Uint8Array.from(inScope, (score) => Number(score < record.threshold)) : null;
}
