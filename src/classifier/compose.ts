import type { Dataset } from "../data/dataset.js";
import type { Encoder, FeatureKind } from "../encoder/encoder.js";
import { openTextRunner } from "../encoder/text-runner.js";
import type { InScopeScore } from "../head/in-scope.js";
import { type Features, headLogits } from "../head/linear.js";
import { appendHead, appendInScope, appendPooling } from "../onnx/compose.js";
import { cloneModel, encodeModel } from "../onnx/model.js";
import { loadTokenizer } from "../runtime/transformers.js";
import type { TrainedHead } from "../train/train-head.js";
import type { Backing } from "./backing.js";
import { SaveVerificationError } from "./errors.js";
import { loadFolder } from "./load.js";
import type { Manifest } from "./manifest.js";
import { splitOutput } from "./output.js";
import { saveFolder } from "./save.js";

/** Largest difference of logits between what was trained and what was loaded back: float32 products in another order. */
const verificationTolerance = 1e-3;

/** The classifier as one graph, a runner on it, and how to save it. */
export async function compose(
  dataset: Dataset,
  encoder: Encoder,
  features: Features,
  trained: TrainedHead<FeatureKind>,
  manifest: Manifest,
  inScope?: InScopeScore,
): Promise<Backing> {
  const model = cloneModel(encoder.model);
  const hiddenStates = trained.features === "last" ? encoder.hiddenStates.slice(-1) : encoder.hiddenStates;
  const embedding = appendPooling(model, hiddenStates, encoder.pooling);
  appendHead(model, embedding, trained.head);
  if (inScope) appendInScope(model, embedding, inScope);
  const graph = encodeModel(model);
  const tokenizer = await loadTokenizer(encoder.source.folder);
  const runner = openTextRunner(graph, tokenizer, { maxTokens: encoder.maxTokens });
  const probe = sampleRows(dataset.texts.length, 16);
  const texts = probe.map((row) => dataset.texts[row]);
  const wanted = logitsOf(trained, features, probe);
  const parts = { graph, manifest, encoderFolder: encoder.source.folder, examples: examplesOf(dataset) };
  const save = (folder: string) => saveFolder(folder, parts, (written) => verify(written, texts, wanted));
  return { runner, save, dispose: () => runner.dispose() };
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
  const { runner, manifest } = await loadFolder(folder, { workers: 1 });
  try {
    const { logits } = splitOutput(await runner.run(texts), texts.length, manifest.labels.length);
    const difference = Math.max(...wanted.map((value, i) => Math.abs(value - logits[i])));
    if (!(difference <= verificationTolerance)) throw new SaveVerificationError(difference, verificationTolerance);
  } finally {
    await runner.dispose();
  }
}

function examplesOf(dataset: Dataset): Record<string, string> {
  const examples = new Map<string, string>(); // a label may be called as what every object has
  dataset.labels.forEach((labels, row) => {
    for (const label of labels) if (!examples.has(label)) examples.set(label, dataset.texts[row]);
  });
  return Object.fromEntries(examples);
}
