import { readFileSync } from "node:fs";
import type { Dataset } from "../data/dataset.js";
import { type LabelSet, labelCounts } from "../data/labels.js";
import type { Encoder, FeatureKind } from "../encoder/encoder.js";
import { onnxruntimeVersion } from "../runtime/onnxruntime.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { transformersVersion } from "../runtime/transformers.js";
import type { TrainedHead } from "../train/train-head.js";
import { type Manifest, schemaVersion } from "./manifest.js";
import type { FitOptions } from "./options.js";

/** What the manifest says of a classifier before it is scored. */
export function describe(
  dataset: Dataset,
  labelSet: LabelSet,
  encoder: Encoder,
  trained: TrainedHead<FeatureKind>,
  tensorflow: Tensorflow,
  options: FitOptions,
): Omit<Manifest, "heldOut" | "timesMs"> {
  const { head, features, C, temperature, thresholds } = trained;
  return {
    schemaVersion,
    headstart: versionOf("../../package.json"),
    createdAt: options.createdAt,
    command: options.command,
    encoder: {
      name: encoder.source.name,
      fingerprint: encoder.fingerprint,
      modelType: encoder.source.config.model_type ?? "unknown",
      pooling: encoder.pooling,
      layers: encoder.layers,
      hiddenSize: features === "last3" ? head.featureSize / 3 : head.featureSize,
      maxTokens: encoder.maxTokens,
      dtype: options.dtype ?? "int8",
      notes: [...encoder.notes],
    },
    head: { features, C, featureSize: head.featureSize, temperature, classWeight: options.classWeight ?? "none" },
    task: dataset.multiLabel ? "multi-label" : "single-label",
    labels: [...labelSet.names],
    thresholds: thresholds && [...thresholds],
    seed: options.seed ?? 42,
    data: {
      name: dataset.name,
      fingerprint: dataset.fingerprint,
      rows: dataset.texts.length,
      rowsPerLabel: Object.fromEntries(labelCounts(dataset)),
    },
    selection: trained.selection,
    versions: {
      node: process.versions.node,
      headstart: versionOf("../../package.json"),
      "onnxruntime-node": onnxruntimeVersion,
      "@huggingface/transformers": transformersVersion,
      ...tensorflow.versions,
    },
    backend: tensorflow.description,
  };
}

function versionOf(packageFile: string): string {
  return JSON.parse(readFileSync(new URL(packageFile, import.meta.url), "utf8")).version;
}
