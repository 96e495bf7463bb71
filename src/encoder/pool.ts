import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import { close, gateBytes, gateOf } from "./gate.js";
import type { TokenBatch, WorkerSetup } from "./worker.js";

/** Runs batches of tokens through one graph on all cores, outside the main thread. */
export interface GraphPool {
  /** How many batches may usefully be under way at once. */
  readonly width: number;
  /** @returns the graph's first output, [B, F]. */
  run(batch: TokenBatch): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * Each worker holds a session of its own with one thread; a further worker starts only when batches are waiting, so that a
 * single text costs one session.
 */
export function openPool(setup: Omit<WorkerSetup, "threads" | "gate">, workers = availableParallelism()): GraphPool {
  const shared = new SharedArrayBuffer(gateBytes);
  const source = import.meta.url.endsWith(".ts"); // run from the sources, by the tests and scripts
  const pool = new Piscina<TokenBatch, Float32Array>({
    filename: new URL(source ? "./worker.ts" : "./worker.js", import.meta.url).href,
    execArgv: source ? ["--import", "tsx"] : [],
    minThreads: 1,
    maxThreads: workers,
    idleTimeout: Number.POSITIVE_INFINITY,
    workerData: { ...setup, threads: 1, gate: shared } satisfies WorkerSetup,
  });
  const leave = () => close(gateOf(shared), pool.threads.length);
  process.once("exit", leave);
  return {
    width: workers * 2,
    run: (batch) => pool.run(batch, { transferList: [batch.ids.buffer as ArrayBuffer] }),
    async dispose() {
      process.removeListener("exit", leave);
      leave();
      await pool.destroy();
    },
  };
}
