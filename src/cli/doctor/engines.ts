import { fileURLToPath } from "node:url";
import { loadDataset } from "../../data/dataset.js";
import { Encoder } from "../../encoder/encoder.js";
import { embeddedEncoder } from "../../encoder/source.js";
import { onnxruntimeVersion } from "../../runtime/onnxruntime.js";
import { loadTensorflow } from "../../runtime/tensorflow.js";
import { transformersVersion } from "../../runtime/transformers.js";
import { packageVersion } from "../version.js";

/** What Headstart computes with. */
export interface Engines {
  versions: { headstart: string; node: string; "onnxruntime-node": string; "@huggingface/transformers": string };
  /** What trains heads, and why it is not the native library. */
  training: { backend: "tensorflow" | "wasm"; description: string; fallbackReason?: string };
  encoder: { name: string; folder: string; notes: string[]; textsPerSecond: number; tokensPerText: number };
}

/** Loads the engines, and runs the embedded encoder over the texts of a demonstration corpus. @throws the errors of `Encoder.open` */
export async function describeEngines(): Promise<Engines> {
  const { backend, description, fallbackReason } = await loadTensorflow();
  return {
    versions: {
      headstart: packageVersion(),
      node: process.versions.node,
      "onnxruntime-node": onnxruntimeVersion,
      "@huggingface/transformers": transformersVersion,
    },
    training: { backend, description, fallbackReason },
    encoder: await describeEncoder(),
  };
}

async function describeEncoder(): Promise<Engines["encoder"]> {
  const corpus = fileURLToPath(new URL("../../../data/reviews/train.csv", import.meta.url));
  const { texts } = await loadDataset(corpus);
  const encoder = await Encoder.open(embeddedEncoder, { cacheFolder: null });
  try {
    await encoder.encode(texts); // starts all workers
    const startMs = performance.now();
    await encoder.encode(texts);
    const seconds = (performance.now() - startMs) / 1000;
    const tokens = encoder.tokenize(texts).reduce((sum, ids) => sum + ids.length, 0);
    const { name, folder } = encoder.source;
    return {
      name,
      folder,
      notes: [...encoder.notes],
      textsPerSecond: Math.round(texts.length / seconds),
      tokensPerText: Math.round(tokens / texts.length),
    };
  } finally {
    await encoder.dispose();
  }
}
