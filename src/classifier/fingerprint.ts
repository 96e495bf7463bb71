import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Arithmetic } from "../onnx/integer-arithmetic.js";
import { readFolder } from "./load.js";
import type { Manifest } from "./manifest.js";

/** A model folder's manifest, and SHA-256 over all that can change a prediction: graph, tokenizer, labels, thresholds, version. */
export interface FingerprintedModel {
  manifest: Manifest;
  fingerprint: string;
}

/**
 * Reads a model folder without loading it.
 *
 * @param version of Headstart: another one may predict otherwise. @param arithmetic float32 when missing
 * @throws ModelFolderError, NewerSchemaError, AlteredModelError
 */
export async function fingerprintModel(
  folder: string,
  version: string,
  arithmetic?: Arithmetic,
): Promise<FingerprintedModel> {
  const { manifest, graph } = await readFolder(folder);
  const { task, labels, thresholds, outOfScope, encoder } = manifest;
  const told = { version, task, labels, thresholds, outOfScope, maxTokens: encoder.maxTokens, arithmetic };
  const fingerprint = createHash("sha256")
    .update(JSON.stringify(told))
    .update(await readFile(join(folder, "tokenizer.json")))
    .update(graph)
    .digest("hex");
  return { manifest, fingerprint };
}
