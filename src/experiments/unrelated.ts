import { fileURLToPath } from "node:url";
import type { Features } from "../head/linear.js";

/** Rows of another task: what adaptation should leave as it was. */
export interface UnrelatedTask {
  name: string;
  texts: readonly string[];
  /** Classes of the texts, [N]; missing where only the texts are known, and then no probe is fitted. */
  labels?: Int32Array;
  classes?: number;
}

/** The folder of the demonstration corpora that come with the package. */
export function demonstrationFile(path: string): string {
  return fileURLToPath(new URL(`../../data/${path}`, import.meta.url));
}

/** Mean cosine between the embeddings of the same texts before and after; rows have unit length. */
export function meanCosine(before: Features, after: Features): number {
  let sum = 0;
  for (let i = 0; i < before.data.length; i++) sum += before.data[i] * after.data[i];
  return sum / before.rows;
}
