import { availableParallelism } from "node:os";
import { openWorkers } from "../runtime/workers.js";
import type { TokenBatch } from "./token-batch.js";

/** What a worker of `worker.ts` is started with. */
export interface WorkerSetup {
  /** Path or bytes of an ONNX graph whose first output is [B, F]. */
  model: string | Uint8Array;
  paddingId: number;
  /** See `gateOf`. */
  gate: SharedArrayBuffer;
}

/** What a worker of `text-worker.ts` is started with. */
export interface TextWorkerSetup extends Omit<WorkerSetup, "paddingId"> {
  /** Absolute, in Transformers.js layout. */
  tokenizerFolder: string;
  /** Texts are cut to this many tokens. */
  maxTokens: number;
}

/** Runs tasks on all cores, outside the main thread. */
export interface Pool<Task> {
  /** How many tasks are computed at once. */
  readonly workers: number;
  /** How many tasks may usefully be under way at once. */
  readonly width: number;
  /** @returns the graph's first output, [B, F]. */
  run(task: Task): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Runs batches of tokens through one graph. */
export type GraphPool = Pool<TokenBatch>;

export function openPool(setup: Omit<WorkerSetup, "gate">, workers?: number): GraphPool {
  return openSessions<TokenBatch>("worker", setup, workers, (batch) => [batch.ids.buffer as ArrayBuffer]);
}

/** As `openPool`, of workers that tokenise as well: the main thread has nothing to do but to hand over texts. */
export function openTextPool(setup: Omit<TextWorkerSetup, "gate">, workers?: number): Pool<readonly string[]> {
  return openSessions("text-worker", setup, workers, () => []);
}

/**
 * Each worker holds a session of its own with one thread; a further worker starts only when tasks are waiting, so that a
 * single text costs one session.
 */
function openSessions<Task>(
  file: "worker" | "text-worker",
  setup: object,
  most = availableParallelism(),
  transferred: (task: Task) => ArrayBuffer[],
): Pool<Task> {
  const workers = openWorkers<Task, Float32Array>(new URL(`./${file}.js`, import.meta.url), setup, { most });
  return {
    workers: most,
    width: most * 2,
    run: (task) => workers.run(task, transferred(task)),
    dispose: () => workers.dispose(),
  };
}
