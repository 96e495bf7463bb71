import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { OnnxFileError } from "./errors.js";
import { nodesOf } from "./graph.js";
import { type GraphProto, ModelMessage, type ModelProto, type TensorProto } from "./schema.js";
import { toStandardForm } from "./standard-form.js";
import { toNumber } from "./tensor.js";

const EXTERNAL = 1; // TensorProto.DataLocation

/**
 * Reads an ONNX file, in standard form. Tensors that lie in files beside it (external data) are brought in, so that the model stands by itself.
 * @throws OnnxFileError when the file is no ONNX model or is cut short.
 */
export async function readModel(path: string): Promise<ModelProto> {
  const model = decodeModel(await readFile(path), path);
  const files = new Map<string, Promise<Uint8Array>>();
  toStandardForm(model);
  for (const tensor of [...model.graph.initializer, ...constantsOf(model.graph)]) {
    if (tensor.dataLocation === EXTERNAL) await bringIn(tensor, path, files);
  }
  return model;
}

/** The tensors that nodes hold, such as Constant. */
function constantsOf(graph: GraphProto): TensorProto[] {
  return nodesOf(graph).flatMap(({ attribute }) =>
    attribute.flatMap(({ t, g }) => [...(t ? [t] : []), ...(g?.initializer ?? [])]),
  );
}

/** @param name what an error calls the model, usually its path. */
export function decodeModel(bytes: Uint8Array, name: string): ModelProto {
  let model: ModelProto;
  try {
    model = ModelMessage.decode(bytes) as unknown as ModelProto;
  } catch (error) {
    throw new OnnxFileError(name, `not a complete ONNX file of ${bytes.length} bytes (${(error as Error).message})`);
  }
  if (!model.graph?.node?.length) throw new OnnxFileError(name, "not an ONNX model: it holds no graph");
  return model;
}

export function encodeModel(model: ModelProto): Uint8Array {
  return ModelMessage.encode(model as object).finish();
}

/** The version of the standard operator set that a model uses. */
export function opsetOf(model: ModelProto): number {
  return toNumber(model.opsetImport.find((entry) => !entry.domain)?.version);
}

/** A copy whose node and tensor lists can be changed without changing the original; weights are shared. */
export function cloneModel(model: ModelProto): ModelProto {
  const graph: GraphProto = {
    ...model.graph,
    node: model.graph.node.map((node) => ({
      ...node,
      input: [...node.input],
      output: [...node.output],
    })),
    initializer: [...model.graph.initializer],
    input: [...model.graph.input],
    output: [...model.graph.output],
    valueInfo: [...model.graph.valueInfo],
  };
  return { ...model, graph };
}

async function bringIn(tensor: TensorProto, modelPath: string, files: Map<string, Promise<Uint8Array>>): Promise<void> {
  const entry = Object.fromEntries((tensor.externalData ?? []).map(({ key, value }) => [key, value]));
  const location = normalize(entry.location ?? "");
  if (!entry.location || location.startsWith("..") || location.startsWith("/")) {
    throw new OnnxFileError(modelPath, `tensor ${tensor.name} points outside the model's folder (${entry.location})`);
  }
  const path = join(dirname(modelPath), location);
  if (!files.has(path)) files.set(path, readFile(path));
  const bytes = await files.get(path)!.catch((error) => {
    throw new OnnxFileError(path, `the weights of ${modelPath} cannot be read (${error.code})`);
  });
  const start = Number(entry.offset ?? 0);
  const end = entry.length === undefined ? bytes.length : start + Number(entry.length);
  if (end > bytes.length)
    throw new OnnxFileError(path, `${bytes.length} bytes, but ${tensor.name} ends at byte ${end}`);
  tensor.rawData = bytes.subarray(start, end);
  tensor.externalData = [];
  tensor.dataLocation = 0;
}
