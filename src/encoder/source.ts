import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "../folder.js";
import type { Log, Progress } from "../log.js";
import type { PoolingMode } from "../onnx/compose.js";
import { fetchFromHub, fetchTextFromHub } from "../runtime/transformers.js";
import { AlteredModelError, EncoderFileError, EncoderNotFoundError, HubError } from "./errors.js";

/** The encoder that comes with the package. */
export const embeddedEncoder = "headstart-mini";

/** The files of an encoder, found. */
export interface EncoderSource {
  /** As the user named it. */
  name: string;
  /** Absolute; holds config.json and tokenizer.json. */
  folder: string;
  /** The ONNX file to use. */
  graphPath: string;
  config: EncoderConfig;
  /** From `1_Pooling/config.json`, or what a saved classifier was trained with; mean where neither is there. */
  pooling: PoolingMode;
  /** What a saved classifier, which is an encoder too, says of its training. */
  former?: FormerTraining;
}

/** What Headstart reads of a `headstart.json` whose folder is taken as an encoder. */
export interface FormerTraining {
  encoder?: { pooling?: PoolingMode };
  adaptation?: { depth: number };
  data?: { fingerprint: string };
  graphSha256?: string;
}

/** What Headstart reads of a `config.json`. */
export interface EncoderConfig {
  model_type?: string;
  hidden_size?: number;
  max_position_embeddings?: number;
  pad_token_id?: number;
  [key: string]: unknown;
}

const graphFiles = ["model.onnx", "model_fp16.onnx", "model_int8.onnx", "model_quantized.onnx"];
const poolingFile = join("1_Pooling", "config.json");

/**
 * Finds an encoder: the embedded one by its name, a folder, an .onnx file within a folder, or an id on the hub.
 * @throws EncoderNotFoundError, EncoderFileError, AlteredModelError, HubError
 */
export async function findEncoder(name: string, options: { cacheFolder: string; log: Log }): Promise<EncoderSource> {
  const local = name === embeddedEncoder && !existsSync(name) ? packagedModel(name) : resolve(name);
  if (!existsSync(local)) {
    if (/^[./~]|\\|\.onnx$/.test(name)) throw new EncoderNotFoundError(name, "no such file or folder");
    return describe(name, await download(name, options));
  }
  if (statSync(local).isDirectory()) return describe(name, local);
  const folder = [dirname(local), dirname(dirname(local)), dirname(dirname(dirname(local)))].find((path) =>
    existsSync(join(path, "config.json")),
  );
  if (!folder) throw new EncoderNotFoundError(name, "no config.json in its folder or the two above");
  return describe(name, folder, local);
}

function packagedModel(name: string): string {
  return fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
}

async function describe(name: string, folder: string, given?: string): Promise<EncoderSource> {
  for (const file of ["config.json", "tokenizer.json"]) {
    if (!existsSync(join(folder, file))) throw new EncoderNotFoundError(name, `its folder has no ${file}`);
  }
  const config = await readJson<EncoderConfig>(join(folder, "config.json"));
  const graphPath = given ?? findGraph(name, folder);
  const former = await formerTraining(folder);
  if (former?.graphSha256 && graphPath === join(folder, "onnx/model.onnx")) {
    await requireUnaltered(graphPath, former.graphSha256);
  }
  return { name, folder, config, graphPath, pooling: await poolingOf(folder, former), former };
}

function findGraph(name: string, folder: string): string {
  const places = [join(folder, "onnx"), folder].filter(existsSync);
  const found = places.flatMap((place) => graphFiles.map((file) => join(place, file))).find(existsSync);
  if (found) return found;
  const others = places.flatMap((place) => readdirSync(place).filter((file) => file.endsWith(".onnx")));
  if (others.length === 1) return join(existsSync(join(folder, others[0])) ? folder : join(folder, "onnx"), others[0]);
  const seen = others.length ? `several ONNX files (${others.join(", ")}): name one of them` : "no ONNX file";
  throw new EncoderNotFoundError(name, `its folder has ${seen}`);
}

async function poolingOf(folder: string, former?: FormerTraining): Promise<PoolingMode> {
  const path = join(folder, poolingFile);
  if (!existsSync(path)) return former?.encoder?.pooling ?? "mean";
  const modes = await readJson<Record<string, unknown>>(path);
  const chosen = Object.keys(modes).filter((key) => key.startsWith("pooling_mode_") && modes[key] === true);
  if (chosen.length === 1) {
    // Divided by another number of tokens, but the vector is normalised afterwards.
    if (/mean_tokens|mean_sqrt_len_tokens/.test(chosen[0])) return "mean";
    if (chosen[0] === "pooling_mode_cls_token") return "cls";
    if (chosen[0] === "pooling_mode_max_tokens") return "max";
  }
  throw new EncoderFileError(
    path,
    `pooling ${chosen.join(" + ") || "not stated"} is not supported; use one of mean, cls, max (--pooling)`,
  );
}

async function formerTraining(folder: string): Promise<FormerTraining | undefined> {
  const path = join(folder, "headstart.json");
  return existsSync(path) ? readJson<FormerTraining>(path) : undefined;
}

async function requireUnaltered(path: string, sha256: string): Promise<void> {
  const found = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  if (found !== sha256) throw new AlteredModelError(path);
}

async function download(id: string, { cacheFolder, log }: { cacheFolder: string; log: Log }): Promise<string> {
  const models = join(cacheFolder, "models");
  const folder = join(models, id);
  if (existsSync(join(folder, "onnx")) && existsSync(join(folder, poolingFile))) return folder;
  log.info(`Fetching ${id} from the hub …`);
  try {
    await fetchWithProgress(id, models, log);
    const pooling = await fetchTextFromHub(id, "1_Pooling/config.json");
    makeFolder(join(folder, "1_Pooling"));
    await writeFile(join(folder, poolingFile), pooling ?? '{"pooling_mode_mean_tokens": true}\n');
  } catch (error) {
    throw new HubError(id, error);
  }
  return folder;
}

async function fetchWithProgress(id: string, cacheFolder: string, log: Log): Promise<void> {
  let bar: Progress | undefined;
  const onProgress = (loaded: number, total: number) => {
    bar ??= log.progress("fetching", total);
    bar.update(loaded);
  };
  try {
    await fetchFromHub({ id, cacheFolder, onProgress });
  } finally {
    bar?.stop();
  }
}

async function readJson<T>(path: string): Promise<T> {
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new EncoderFileError(path, `not JSON: ${(error as Error).message}`);
  }
}
