import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFolder } from "./copy.js";
import type { Manifest } from "./manifest.js";
import { modelCard } from "./model-card.js";

/** All that a model folder is made of. */
export interface ModelParts {
  /** encoder + pooling + head in one ONNX file, output `logits` [B, K] */
  graph: Uint8Array;
  manifest: Manifest;
  /** The encoder's folder: tokenizer and configuration are taken from there. */
  encoderFolder: string;
  /** A text for each label, for the model card. */
  examples: Record<string, string>;
}

const tokenizerFiles = ["tokenizer.json", "special_tokens_map.json", "vocab.txt", "NOTICE", "LICENSE"];

/** Writes a Transformers.js model folder, checked by `verify` before it takes the place of an earlier one. */
export function saveFolder(
  folder: string,
  parts: ModelParts,
  verify: (folder: string) => Promise<void>,
): Promise<void> {
  return replaceFolder(folder, async (temporary) => {
    await mkdir(join(temporary, "onnx"));
    await writeParts(temporary, parts);
    await verify(temporary);
  });
}

async function writeParts(folder: string, { graph, manifest, encoderFolder, examples }: ModelParts): Promise<void> {
  const graphSha256 = createHash("sha256").update(graph).digest("hex");
  await writeFile(join(folder, "onnx/model.onnx"), graph);
  for (const file of tokenizerFiles) {
    if (existsSync(join(encoderFolder, file))) await copyFile(join(encoderFolder, file), join(folder, file));
  }
  await writeJson(
    join(folder, "config.json"),
    classifierConfig(await readJson(join(encoderFolder, "config.json")), manifest),
  );
  const tokenizer = existsSync(join(encoderFolder, "tokenizer_config.json"))
    ? await readJson(join(encoderFolder, "tokenizer_config.json"))
    : {};
  await writeJson(join(folder, "tokenizer_config.json"), {
    ...tokenizer,
    model_max_length: manifest.encoder.maxTokens,
  });
  await writeJson(join(folder, "headstart.json"), { ...manifest, graphSha256 });
  await writeFile(join(folder, "README.md"), modelCard(manifest, examples));
}

function classifierConfig(encoder: Record<string, unknown>, { labels, task }: Manifest): Record<string, unknown> {
  const architecture = (encoder.architectures as string[] | undefined)?.[0]?.replace(
    /Model$/,
    "ForSequenceClassification",
  );
  return {
    ...encoder,
    ...(architecture ? { architectures: [architecture] } : {}),
    id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    problem_type: `${task.replace("-", "_")}_classification`,
  };
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, "utf8"));
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
