import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Folder of the tiny encoders; see fixtures/README.md. */
export const encoders = fileURLToPath(new URL("../fixtures/encoders/", import.meta.url));

export interface Oracle {
  texts: string[];
  embeddings: { mean: number[]; cls: number[] };
  layerInputs: string[][];
}

export const oracles: Record<string, Oracle> = JSON.parse(readFileSync(`${encoders}oracle.json`, "utf8"));

export const variants = ["albert", "bert", "deberta-v2", "modernbert"].flatMap((family) =>
  readdirSync(`${encoders}${family}/onnx/variants`).map((file) => ({
    family,
    file: `${family}/onnx/variants/${file}`,
  })),
);

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}
