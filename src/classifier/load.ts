import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AlteredModelError } from "../encoder/errors.js";
import { openTextRunner, type TextRunner } from "../encoder/text-runner.js";
import { OptionError } from "../errors.js";
import { type Arithmetic, arithmetics, useIntegerArithmetic } from "../onnx/integer-arithmetic.js";
import { decodeModel, encodeModel } from "../onnx/model.js";
import { loadTokenizer } from "../runtime/transformers.js";
import { ModelFolderError, NewerSchemaError } from "./errors.js";
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

/** How a model folder is run. */
export interface LoadOptions {
  /** Threads that compute; all cores when missing. */
  workers?: number;
  /**
   * `int8` rounds activations to 8 bits, token by token: about twice as many texts a second, and probabilities that differ a little from those
   * of any other loader (docs/decisions/0011). Default `float32`.
   */
  arithmetic?: Arithmetic;
}

/** @throws ModelFolderError, NewerSchemaError, AlteredModelError, OptionError */
export async function loadFolder(
  folder: string,
  { workers, arithmetic = "float32" }: LoadOptions = {},
): Promise<LoadedFolder> {
  if (!arithmetics.includes(arithmetic)) throw new OptionError("arithmetic", arithmetic, arithmetics.join(" or "));
  const { manifest, graphPath, graph } = await readFolder(folder);
  const tokenizer = await loadTokenizer(resolve(folder));
  const model = arithmetic === "int8" ? integerGraph(graph, graphPath) : graphPath;
  const runner = openTextRunner(model, tokenizer, { maxTokens: manifest.encoder.maxTokens, workers });
  return { manifest, runner };
}

function integerGraph(graph: Uint8Array, path: string): Uint8Array {
  const model = decodeModel(graph, path);
  useIntegerArithmetic(model);
  return encodeModel(model);
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
