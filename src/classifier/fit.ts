import { readFileSync } from "node:fs";
import type { Dataset } from "../data/dataset.js";
import { duplicateGroups } from "../data/duplicates.js";
import { encodeLabels, encodeMultiLabels, type LabelSet, labelCounts, labelSetOf } from "../data/labels.js";
import { requireTrainable } from "../data/trainable.js";
import { Encoder, type FeatureKind, lastOf } from "../encoder/encoder.js";
import { openTextRunner } from "../encoder/text-runner.js";
import { type Features, headLogits, type Targets } from "../head/linear.js";
import { silentLog } from "../log.js";
import { appendHead, appendPooling } from "../onnx/compose.js";
import { cloneModel, encodeModel } from "../onnx/model.js";
import { Random } from "../random.js";
import { loadTensorflow } from "../runtime/tensorflow.js";
import { loadTokenizer } from "../runtime/transformers.js";
import { type TrainedHead, trainHead } from "../train/train-head.js";
import { SaveVerificationError } from "./errors.js";
import { heldOutScores } from "./held-out.js";
import { loadFolder } from "./load.js";
import { type Manifest, schemaVersion } from "./manifest.js";
import { checkFitOptions, type FitOptions, strengthsFor } from "./options.js";
import { saveFolder } from "./save.js";

/** Largest difference of logits between what was trained and what was loaded back: float32 products in another order. */
const verificationTolerance = 1e-3;

/** Trains a head on the features of a dataset and composes encoder, pooling and head into one graph. */
export async function fitClassifier(given: Dataset, options: FitOptions) {
  checkFitOptions(options);
  const log = options.log ?? silentLog;
  const dataset = requireTrainable(given);
  const tensorflow = await loadTensorflow({ backend: options.backend });
  log.info(`Backend: ${tensorflow.description}`);
  const encoder = await Encoder.open(options.encoder, {
    features: options.features === "last" ? "last" : "last3",
    dtype: options.dtype === "fp32" ? "source" : "int8",
    pooling: options.pooling,
    maxTokens: options.maxTokens,
    cacheFolder: options.cacheFolder,
    log,
  });
  try {
    const startMs = performance.now();
    const features = await encodeWithProgress(encoder, dataset.texts, log);
    const encodedMs = performance.now();
    const labelSet = labelSetOf(dataset);
    const targets = targetsOf(dataset, labelSet);
    const trained = await trainHead(tensorflow, featureSets(features, options.features ?? "auto"), {
      targets,
      groups: duplicateGroups(dataset.texts),
      strengths: options.C === undefined ? strengthsFor(dataset.texts.length) : [options.C],
      classWeight: options.classWeight ?? "none",
      folds: options.folds ?? 5,
      random: new Random(options.seed ?? 42),
      log,
    });
    const timesMs = { encode: Math.round(encodedMs - startMs), train: Math.round(performance.now() - encodedMs) };
    if (encoder.truncated > 0) log.warn(`${encoder.truncated} texts were cut to ${encoder.maxTokens} tokens`);
    const heldOut = trained.heldOut && heldOutScores(trained.heldOut, targets, labelSet.names, options.seed ?? 42);
    const described = describe(dataset, labelSet, encoder, trained, options);
    const manifest: Manifest = { ...described, heldOut, backend: tensorflow.description, timesMs };
    return await compose(dataset, encoder, features, trained, manifest);
  } finally {
    await encoder.dispose();
  }
}

async function encodeWithProgress(encoder: Encoder, texts: readonly string[], log: NonNullable<FitOptions["log"]>) {
  const progress = log.progress("encoding", texts.length);
  try {
    return await encoder.encode(texts, (done) => progress.update(done));
  } finally {
    progress.stop();
  }
}

function featureSets(features: Features, wanted: "auto" | FeatureKind): Partial<Record<FeatureKind, Features>> {
  if (wanted === "last") return { last: features };
  return wanted === "last3" ? { last3: features } : { last: lastOf(features), last3: features };
}

function targetsOf(dataset: Dataset, labelSet: LabelSet): Targets {
  const classes = labelSet.names.length;
  return dataset.multiLabel
    ? { kind: "multi-label", classes, labels: encodeMultiLabels(dataset, labelSet) }
    : { kind: "single-label", classes, labels: encodeLabels(dataset, labelSet) };
}

/** The classifier as one graph, a runner on it, and how to save it. */
async function compose(
  dataset: Dataset,
  encoder: Encoder,
  features: Features,
  trained: TrainedHead<FeatureKind>,
  manifest: Manifest,
) {
  const model = cloneModel(encoder.model);
  const hiddenStates = trained.features === "last" ? encoder.hiddenStates.slice(-1) : encoder.hiddenStates;
  appendHead(model, appendPooling(model, hiddenStates, encoder.pooling), trained.head);
  const graph = encodeModel(model);
  const tokenizer = await loadTokenizer(encoder.source.folder);
  const runner = openTextRunner(graph, tokenizer, { maxTokens: encoder.maxTokens });
  const probe = sampleRows(dataset.texts.length, 16);
  const texts = probe.map((row) => dataset.texts[row]);
  const wanted = logitsOf(trained, features, probe);
  const parts = { graph, manifest, encoderFolder: encoder.source.folder, examples: examplesOf(dataset) };
  const save = (folder: string) => saveFolder(folder, parts, (written) => verify(written, texts, wanted));
  return { manifest, backing: { runner, save } };
}

function sampleRows(rows: number, wanted: number): number[] {
  const count = Math.min(rows, wanted);
  return Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

function logitsOf({ head, features: kind }: TrainedHead, features: Features, rows: number[]): Float32Array {
  const { size } = features;
  const start = kind === "last" ? size - head.featureSize : 0;
  const data = new Float32Array(rows.length * head.featureSize);
  rows.forEach((row, i) => {
    data.set(features.data.subarray(row * size + start, (row + 1) * size), i * head.featureSize);
  });
  return headLogits(head, { rows: rows.length, size: head.featureSize, data });
}

/** Loads a written folder as a user would and compares its logits. @throws SaveVerificationError */
async function verify(folder: string, texts: string[], wanted: Float32Array): Promise<void> {
  const { runner } = await loadFolder(folder, { workers: 1 });
  try {
    const logits = await runner.run(texts);
    const difference = Math.max(...wanted.map((value, i) => Math.abs(value - logits[i])));
    if (!(difference <= verificationTolerance)) throw new SaveVerificationError(difference, verificationTolerance);
  } finally {
    await runner.dispose();
  }
}

function describe(
  dataset: Dataset,
  labelSet: LabelSet,
  encoder: Encoder,
  trained: TrainedHead<FeatureKind>,
  options: FitOptions,
): Omit<Manifest, "heldOut" | "backend" | "timesMs"> {
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
    versions: { node: process.versions.node, headstart: versionOf("../../package.json") },
  };
}

function examplesOf(dataset: Dataset): Record<string, string> {
  const examples: Record<string, string> = {};
  dataset.labels.forEach((labels, row) => {
    for (const label of labels) examples[label] ??= dataset.texts[row];
  });
  return examples;
}

function versionOf(packageFile: string): string {
  return JSON.parse(readFileSync(new URL(packageFile, import.meta.url), "utf8")).version;
}
