import { type Dataset, loadDataset } from "../../data/dataset.js";
import type { Format } from "../../data/format.js";
import { counted } from "../../data/wording.js";
import { defaultCacheFolder } from "../../encoder/cache-folder.js";
import { UsageError } from "../../errors.js";
import { stderrLog } from "../../log.js";
import type { Arithmetic } from "../../onnx/integer-arithmetic.js";
import { ExamplesModelError } from "../../serve/errors.js";
import { servedFolders } from "../../serve/models.js";
import { type RunningServer, startServer } from "../../serve/server.js";
import { stopSignal } from "../interrupt.js";
import { print, printJson } from "../print.js";
import { packageVersion } from "../version.js";

/** What the command line gives `serve`. */
export interface ServeOptions {
  host: string;
  port: number;
  token?: string;
  maxBatch: number;
  maxWaitMs: number;
  maxQueue: number;
  maxChars: number;
  maxBodyMb: number;
  timeoutMs: number;
  drainMs: number;
  workers?: number;
  arithmetic?: Arithmetic;
  examples?: string[];
  text?: string;
  label?: string;
  format?: Format;
  cache: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** `headstart serve`: until SIGINT or SIGTERM. @throws UsageError, the errors of `startServer` and of reading examples */
export async function serve(folders: string[], options: ServeOptions): Promise<void> {
  const log = stderrLog(options);
  const token = tokenOf(options);
  const server = await startServer(folders, {
    ...options,
    token,
    maxBodyBytes: Math.round(options.maxBodyMb * 1e6),
    examples: await examplesOf(folders, options),
    cacheFolder: options.cache ? defaultCacheFolder() : null,
    version: packageVersion(),
    log,
  });
  if (token === undefined && !/^(localhost|127\..*|::1)$/.test(options.host)) {
    log.warn("anyone who can reach this address may use it; --token asks for a password");
  }
  const stopping = stopSignal(); // before anyone hears that it listens
  tell(server, options);
  await stopping;
  log.info("stopping: what was accepted is answered first; a second signal ends it at once");
  log.info(`stopped: ${counted(await server.stop(), "request was", "requests were")} answered`);
}

/** An empty one would let everybody in, and others no header can hold. @throws UsageError */
function tokenOf({ token }: ServeOptions): string | undefined {
  const [name, value] = token === undefined ? ["HEADSTART_TOKEN", process.env.HEADSTART_TOKEN] : ["--token", token];
  if (value === undefined || /^[!-~]([ -~]*[!-~])?$/.test(value)) return value;
  const found = value === "" ? "is empty" : "has characters that a header cannot hold";
  throw new UsageError(`${name} ${found}. A token is of letters, digits and other printable signs of ASCII.`);
}

/** Labelled texts by model: `name=file`, or `file` where there is one model. */
async function examplesOf(folders: string[], options: ServeOptions): Promise<Map<string, Dataset>> {
  const names = servedFolders(folders).map(({ name }) => name);
  const found = new Map<string, Dataset>();
  for (const given of options.examples ?? []) {
    const named = names.find((name) => given.startsWith(`${name}=`));
    if (named === undefined && names.length > 1) throw new ExamplesModelError(given, names);
    const path = named === undefined ? given : given.slice(named.length + 1);
    found.set(named ?? names[0], await loadDataset(path, { ...options, skipEmpty: true }));
  }
  return found;
}

function tell({ url, models }: RunningServer, { json }: ServeOptions): void {
  const sessions = new Set(models.all.map(({ engine }) => engine)).size;
  if (json) {
    printJson({ url, models: models.all.map(({ name }) => name), sessions });
    return;
  }
  for (const { name, folder, manifest, examples } of models.all) {
    const known = examples ? `, ${counted(examples.dataset.texts.length, "example")}` : "";
    print(`${name}  ${folder}: ${counted(manifest.labels.length, "label")}${known}`);
  }
  if (sessions < models.all.length) print(`${models.all.length} models share ${counted(sessions, "encoder")}`);
  print(`listening at ${url}`);
}
