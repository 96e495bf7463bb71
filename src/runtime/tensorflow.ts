import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import type * as TfjsCore from "@tensorflow/tfjs-core";
import { HeadstartError, OptionError } from "../errors.js";

/** TensorFlow.js with one backend chosen and ready. */
export interface Tensorflow {
  tf: typeof TfjsCore;
  backend: "tensorflow" | "wasm";
  /** For people and for the manifest: `tfjs-node 4.22.0 (libtensorflow 2.12.1)` or `tfjs 4.22.0 wasm`. */
  description: string;
  /** Of the packages in use. */
  versions: Record<string, string>;
  /** Why the native library is not in use, when `auto` fell back to wasm. */
  fallbackReason?: string;
}

export type TensorflowBackend = "auto" | "tensorflow" | "wasm";

/** The native library of TensorFlow was asked for and does not load. */
export class TensorflowMissingError extends HeadstartError {
  readonly code = "TENSORFLOW_MISSING";

  constructor(reason: string) {
    super(
      `The "tensorflow" backend does not load: ${reason} Install it with "npm install @tensorflow/tfjs-node" and let its ` +
        'install script fetch the library ("npm rebuild @tensorflow/tfjs-node"), or use the backend "wasm", which is always there.',
    );
  }
}

/** `tfjs-node` re-exports the one installed copy of `tfjs-core` (CommonJS), so that a tensor of one is a tensor of the other. */
const require = createRequire(import.meta.url);

const loading = new Map<TensorflowBackend, Promise<Tensorflow>>();

/**
 * Loads TensorFlow.js: `auto` takes tfjs-node when its native library loads and the wasm backend when it does not.
 * The first call for a backend loads it; later calls return the same promise. One process may use both: each call makes
 * the backend it returns the current one of the shared `tf`, and so does `useBackend`.
 *
 * @throws TensorflowMissingError when `tensorflow` is asked for and its native library does not load.
 */
export async function loadTensorflow(options: { backend?: TensorflowBackend } = {}): Promise<Tensorflow> {
  const wanted = options.backend ?? "auto";
  if (!["auto", "tensorflow", "wasm"].includes(wanted)) {
    throw new OptionError("backend", wanted, "auto, tensorflow or wasm");
  }
  if (!loading.has(wanted)) loading.set(wanted, load(wanted));
  const loaded = await (loading.get(wanted) as Promise<Tensorflow>);
  useBackend(loaded);
  return loaded;
}

/** Makes the backend of `loaded` the current one of the shared `tf`; at once, since it is initialised already. */
export function useBackend(loaded: Tensorflow): void {
  if (loaded.tf.getBackend() !== loaded.backend) void loaded.tf.setBackend(loaded.backend);
}

async function load(wanted: TensorflowBackend): Promise<Tensorflow> {
  if (wanted === "wasm") return loadWasm();
  const native = loadNative();
  if ("loaded" in native) return native.loaded;
  if (wanted === "tensorflow") throw new TensorflowMissingError(native.reason);
  return { ...(await loadWasm()), fallbackReason: native.reason };
}

function loadNative(): { loaded: Tensorflow } | { reason: string } {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2"; // warnings of libtensorflow name instructions and rebuilds, not a user's business
  restoreIsNullOrUndefined();
  try {
    const node = require("@tensorflow/tfjs-node") as { version: Record<string, string> };
    const tf = core();
    tf.enableProdMode();
    const { binding } = tf.findBackend("tensorflow") as unknown as { binding: { TF_Version?: string } };
    const version = node.version["tfjs-node"];
    const description = `tfjs-node ${version} (libtensorflow ${binding.TF_Version ?? "of unknown version"})`;
    const versions = { "@tensorflow/tfjs-core": tf.version_core, "@tensorflow/tfjs-node": version };
    return { loaded: { tf, backend: "tensorflow", description, versions } };
  } catch (cause) {
    return { reason: reasonOf(cause) };
  }
}

/**
 * tfjs-node 4.22 calls `util.isNullOrUndefined`, of which Node 22 warns and which Node 23 removed. `require` gives the object that it
 * sees; an import would be read-only.
 */
function restoreIsNullOrUndefined(): void {
  const util = require("node:util") as { isNullOrUndefined: (value: unknown) => boolean };
  util.isNullOrUndefined = (value) => value === null || value === undefined;
}

async function loadWasm(): Promise<Tensorflow> {
  const tf = core();
  tf.enableProdMode();
  const wasm = require("@tensorflow/tfjs-backend-wasm") as typeof import("@tensorflow/tfjs-backend-wasm");
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // threads bring nothing in Node and need a worker from a Blob
  wasm.setWasmPaths(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")) + sep);
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as "exit")));
  await tf.setBackend("wasm");
  for (const [i, event] of events.entries()) {
    for (const listener of process.listeners(event as "exit")) {
      // The module's own listeners only throw again, from a line of 30,000 characters that Node then prints.
      if (!before[i].has(listener)) process.removeListener(event, listener);
    }
  }
  const versions = { "@tensorflow/tfjs-core": tf.version_core, "@tensorflow/tfjs-backend-wasm": wasm.version_wasm };
  return { tf, backend: "wasm", description: `tfjs ${tf.version_core} wasm`, versions };
}

function core(): typeof TfjsCore {
  return require("@tensorflow/tfjs-core") as typeof TfjsCore;
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "MODULE_NOT_FOUND" && message.includes("'@tensorflow/tfjs-node'")) {
    return "@tensorflow/tfjs-node is not installed.";
  }
  if (message.includes("tfjs_binding.node) can not be found")) {
    return "@tensorflow/tfjs-node is installed without its native library.";
  }
  return `@tensorflow/tfjs-node: ${message.split("\n")[0].trim()}.`;
}
