import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openTextRunner, type TextRunner } from "../encoder/text-runner.js";
import { loadTokenizer } from "../runtime/transformers.js";
import { AlteredModelError, ModelFolderError, NewerSchemaError } from "./errors.js";
import { type Manifest, schemaVersion } from "./manifest.js";

/** A model folder, ready to run: texts in, logits [N, K] out. */
export interface LoadedFolder {
  manifest: Manifest;
  runner: TextRunner;
}

const needed = ["headstart.json", "config.json", "tokenizer.json", "onnx/model.onnx"];

/** The checked contents of a model folder. */
export interface FolderContents {
  manifest: Manifest;
  /** The ONNX file: its absolute path and its bytes. */
  graphPath: string;
  graph: Uint8Array;
}

/** @throws ModelFolderError, NewerSchemaError, AlteredModelError */
export async function loadFolder(folder: string, options: { workers?: number } = {}): Promise<LoadedFolder> {
  const { manifest, graphPath } = await readFolder(folder);
  const tokenizer = await loadTokenizer(resolve(folder));
  const runner = openTextRunner(graphPath, tokenizer, { maxTokens: manifest.encoder.maxTokens, ...options });
  return { manifest, runner };
}

/** @throws ModelFolderError, NewerSchemaError, AlteredModelError */
export async function readFolder(folder: string): Promise<FolderContents> {
  if (!existsSync(folder)) throw new ModelFolderError(folder, "there is no such folder");
  const missing = needed.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0)
    throw new ModelFolderError(folder, `not a model folder of Headstart: ${missing.join(", ")} missing`);
  const manifest = await readManifest(folder);
  const graphPath = resolve(folder, "onnx/model.onnx");
  const graph = await readFile(graphPath);
  if (manifest.graphSha256 && createHash("sha256").update(graph).digest("hex") !== manifest.graphSha256) {
    throw new AlteredModelError(graphPath);
  }
  return { manifest, graphPath, graph };
}

async function readManifest(folder: string): Promise<Manifest> {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(join(folder, "headstart.json"), "utf8"));
  } catch (error) {
    throw new ModelFolderError(folder, `headstart.json is damaged (${(error as Error).message})`);
  }
  if (!(manifest.schemaVersion <= schemaVersion)) throw new NewerSchemaError(folder, manifest.schemaVersion);
  return manifest;
}
