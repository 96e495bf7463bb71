import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readFolder } from "../classifier/load.js";
import type { Manifest } from "../classifier/manifest.js";
import { hasInScope, removeHead } from "../onnx/compose.js";
import { type Arithmetic, useIntegerArithmetic } from "../onnx/integer-arithmetic.js";
import { cloneModel, decodeModel, encodeModel } from "../onnx/model.js";
import type { ModelProto } from "../onnx/schema.js";
import { shareEncoder } from "../onnx/share.js";

/** A folder and the name that requests call it by. */
export interface ServedFolder {
  name: string;
  folder: string;
}

/** What is to be served, and how it is computed. */
export interface Composition {
  folders: readonly ServedFolder[];
  /** Default `float32`. */
  arithmetic?: Arithmetic;
}

/** One of the classifiers that a graph computes. */
export interface Member extends ServedFolder {
  manifest: Manifest;
  /** What it computes are the columns from here on: K logits, and the `in_scope` score where its graph has one. */
  offset: number;
  /** K or K + 1 */
  width: number;
}

/** Classifiers on one encoder, as one graph: texts are encoded once and go through all heads. */
export interface Group {
  /** Changes with anything that can change a result. */
  id: string;
  /** Of encoder, pooling and tokenizer, without the heads. */
  encoderId: string;
  /** ONNX, see `shareEncoder`; output [B, width]. */
  graph: Uint8Array;
  members: Member[];
  /** The members' widths + D */
  width: number;
  /** D */
  embeddingSize: number;
  tokenizerFolder: string;
  maxTokens: number;
}

interface Part extends ServedFolder {
  manifest: Manifest;
  model: ModelProto;
  encoderId: string;
}

/**
 * Reads model folders and makes one graph of those whose encoders are the same, bit for bit.
 * @throws the errors of `readFolder`, OnnxFileError, OptionError
 */
export async function composeGroups({ folders, arithmetic = "float32" }: Composition): Promise<Group[]> {
  const byEncoder = new Map<string, Part[]>();
  for (const folder of folders) {
    const part = await readPart(folder, arithmetic);
    byEncoder.set(part.encoderId, [...(byEncoder.get(part.encoderId) ?? []), part]);
  }
  return [...byEncoder.values()].map((parts) => composeGroup(parts, arithmetic));
}

async function readPart({ name, folder }: ServedFolder, arithmetic: Arithmetic): Promise<Part> {
  const { manifest, graph, graphPath } = await readFolder(folder);
  const model = decodeModel(graph, graphPath);
  const encoder = cloneModel(model);
  removeHead(encoder);
  const encoderId = createHash("sha256")
    .update(encodeModel(encoder))
    .update(await readFile(join(folder, "tokenizer.json")))
    .update(`${manifest.encoder.maxTokens} ${manifest.encoder.pooling} ${arithmetic}`)
    .digest("hex");
  return { name, folder, manifest, model, encoderId };
}

function composeGroup(parts: Part[], arithmetic: Arithmetic): Group {
  const [{ encoderId, folder, manifest }] = parts;
  let offset = 0;
  const members = parts.map((part) => {
    const width = part.manifest.labels.length + Number(hasInScope(part.model));
    const member = { name: part.name, folder: part.folder, manifest: part.manifest, offset, width };
    offset += width;
    return member;
  });
  const shared = shareEncoder(parts.map(({ model }) => model));
  if (arithmetic === "int8") useIntegerArithmetic(shared);
  const heads = parts.map((part) => `${part.name} ${part.manifest.graphSha256}`);
  return {
    id: createHash("sha256")
      .update([encoderId, ...heads].join("\n"))
      .digest("hex"),
    encoderId,
    graph: encodeModel(shared),
    members,
    width: offset + manifest.encoder.hiddenSize,
    embeddingSize: manifest.encoder.hiddenSize,
    tokenizerFolder: resolve(folder),
    maxTokens: manifest.encoder.maxTokens,
  };
}
