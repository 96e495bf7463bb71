import { Piscina } from "piscina";
import { close, gateBytes, gateOf } from "./gate.js";

/** Threads that hold a state of their own and do what they are asked. */
export interface Workers<Task, Result> {
  /** @param transferred buffers of the task that are handed over. */
  run(task: Task, transferred?: readonly ArrayBuffer[]): Promise<Result>;
  /** Waits until none is busy, and ends them. */
  dispose(): Promise<void>;
}

/**
 * Threads that run the default export of a module; the first starts at once, others as tasks wait.
 *
 * @param file see `workerModule`; it opens the `gate` of its setup, see gate.ts. @param setup the module's `workerData`, copied. @param youngMegabytes of a thread's heap: how much it
 *   makes before its garbage collector looks
 */
export function openWorkers<Task, Result>(
  file: URL,
  setup: object,
  { most, youngMegabytes }: { most: number; youngMegabytes?: number },
): Workers<Task, Result> {
  const gate = new SharedArrayBuffer(gateBytes);
  const pool = new Piscina<Task, Result>({
    ...workerModule(file),
    minThreads: 1,
    maxThreads: most,
    idleTimeout: Number.POSITIVE_INFINITY,
    workerData: { ...setup, gate },
    ...(youngMegabytes ? { resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes } } : {}),
  });
  const leave = () => close(gateOf(gate), pool.threads.length);
  process.once("exit", leave);
  return {
    run: (task, transferred = []) => pool.run(task, { transferList: [...transferred] }),
    async dispose() {
      process.removeListener("exit", leave);
      leave();
      pool.on("error", () => {}); // the answer of a task that was under way: nobody waits for it any more
      await pool.destroy();
    },
  };
}

/** How Piscina starts a module. @param file as it is compiled; where the sources run, as in tests and scripts, the source beside it is taken */
export function workerModule(file: URL): { filename: string; execArgv: string[] } {
  if (!import.meta.url.endsWith(".ts")) return { filename: file.href, execArgv: [] };
  return { filename: file.href.replace(/\.js$/, ".ts"), execArgv: ["--import", "tsx"] };
}
