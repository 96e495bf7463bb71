import { AutoModel, AutoTokenizer, env, LogLevel } from "@huggingface/transformers";

env.logLevel = LogLevel.ERROR;

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
  /** Transformers.js' name for the ONNX file: fp32 is model.onnx, fp16 is model_fp16.onnx, q8 is model_quantized.onnx. */
  dtype: "fp32" | "fp16" | "q8";
  /** Called with a file's name and the bytes that have come of it. */
  onProgress?: (file: string, loaded: number, total: number) => void;
}

/**
 * Fetches a model from the hub through Transformers.js, which honours HF_TOKEN and skips what its cache holds.
 * The hub's address may be set by HF_ENDPOINT.
 */
export async function fetchFromHub({ id, cacheFolder, dtype, onProgress }: HubRequest): Promise<void> {
  env.cacheDir = cacheFolder;
  if (process.env.HF_ENDPOINT) env.remoteHost = process.env.HF_ENDPOINT;
  const progress_callback = (event: { status: string; file?: string; loaded?: number; total?: number }) => {
    if (event.status === "progress") onProgress?.(event.file ?? "", event.loaded ?? 0, event.total ?? 0);
  };
  await AutoTokenizer.from_pretrained(id, { progress_callback });
  const model = await AutoModel.from_pretrained(id, { dtype, progress_callback });
  await model.dispose();
}

/** A small file that Transformers.js has no call for. @returns undefined where the hub does not have it. */
export async function fetchTextFromHub(id: string, file: string): Promise<string | undefined> {
  const path = env.remotePathTemplate.replaceAll("{model}", id).replaceAll("{revision}", "main");
  const token = process.env.HF_TOKEN ?? process.env.HF_ACCESS_TOKEN;
  const response = await fetch(new URL(path + file, env.remoteHost), {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  return response.ok ? await response.text() : undefined;
}
