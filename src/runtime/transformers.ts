import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AutoModel, AutoTokenizer, env, LogLevel, ModelFileNotFoundError } from "@huggingface/transformers";

env.logLevel = LogLevel.ERROR;

/** Of @huggingface/transformers. */
export const transformersVersion: string = env.version;

/** What Headstart needs of a Transformers.js tokenizer. */
export interface Tokenizer {
  /** Token ids of one text with the model's special tokens, not cut to any length. */
  encode(text: string): number[];
  readonly paddingId: number;
  /** `model_max_length` of `tokenizer_config.json`; Infinity where it is not stated. */
  readonly maxTokens: number;
}

/** @param folder an absolute path in Transformers.js layout. */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  return {
    encode: (text) => tokenizer.encode(text),
    paddingId: tokenizer.pad_token_id ?? 0,
    maxTokens: tokenizer.model_max_length,
  };
}

/** What the hub is asked for, and where its files are kept. */
export interface HubRequest {
  id: string;
  /** The model's files come to lie under `<cacheFolder>/<id>`, in Transformers.js layout. */
  cacheFolder: string;
  /** Called with the bytes that have come of the ONNX file, and how many it has. */
  onProgress?: (loaded: number, total: number) => void;
}

/** Transformers.js' names for ONNX files, the most exact first: model.onnx, model_fp16.onnx, model_quantized.onnx, model_int8.onnx. */
const dtypes = ["fp32", "fp16", "q8", "int8"] as const;

/**
 * Fetches a model from the hub through Transformers.js, which skips what its cache holds; of several ONNX files the most
 * exact one. HF_ENDPOINT is the hub's address, HF_TOKEN goes to it, HF_HUB_OFFLINE forbids to ask it.
 * @throws Error where the hub cannot be asked, does not have the model or breaks off
 */
export async function fetchFromHub({ id, cacheFolder, onProgress }: HubRequest): Promise<void> {
  useHub(cacheFolder);
  const removeParts = () => removePartsOf(join(cacheFolder, id));
  process.once("exit", removeParts);
  try {
    await fetchModel(id, onProgress);
  } finally {
    process.removeListener("exit", removeParts);
  }
}

/** Transformers.js writes to `<file>.tmp.<process>.<random>` first. */
function removePartsOf(folder: string): void {
  for (const name of existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : []) {
    if (name.includes(`.tmp.${process.pid}.`)) rmSync(join(folder, name), { force: true });
  }
}

async function fetchModel(id: string, onProgress: HubRequest["onProgress"]): Promise<void> {
  const progress_callback = (event: { status: string; file?: string; loaded?: number; total?: number }) => {
    if (event.status === "progress" && event.file?.endsWith(".onnx")) onProgress?.(event.loaded ?? 0, event.total ?? 0);
  };
  for (const dtype of dtypes) {
    try {
      const model = await AutoModel.from_pretrained(id, { dtype, progress_callback });
      await model.dispose();
      break;
    } catch (error) {
      const isMissing =
        error instanceof ModelFileNotFoundError && error.status === 404 && /\.onnx"/.test(error.message);
      if (!isMissing || dtype === dtypes.at(-1)) throw error;
    }
  }
  await AutoTokenizer.from_pretrained(id, { progress_callback });
}

/** A small file that Transformers.js has no call for. @returns undefined where the hub does not have it. @throws Error where it does not say */
export async function fetchTextFromHub(id: string, file: string): Promise<string | undefined> {
  const path = env.remotePathTemplate.replaceAll("{model}", id).replaceAll("{revision}", "main");
  const response = await env.fetch(new URL(path + file, env.remoteHost));
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`status ${response.status} for ${file}`);
  return await response.text();
}

/** Transformers.js itself gives the token to huggingface.co alone. */
function useHub(cacheFolder: string): void {
  const { HF_HUB_OFFLINE: offline, HF_ENDPOINT: endpoint, HF_TOKEN, HF_ACCESS_TOKEN } = process.env;
  if (offline && !/^(0|false|no|off)$/i.test(offline)) throw new Error("HF_HUB_OFFLINE is set");
  env.cacheDir = cacheFolder;
  if (endpoint) env.remoteHost = endpoint.replace(/\/*$/, "/");
  const token = HF_TOKEN ?? HF_ACCESS_TOKEN;
  env.fetch = (url: string | URL, init?: RequestInit) => {
    const headers = new Headers(init?.headers);
    if (token && `${url}`.startsWith(env.remoteHost)) headers.set("authorization", `Bearer ${token}`);
    return fetch(url, { ...init, headers });
  };
}
