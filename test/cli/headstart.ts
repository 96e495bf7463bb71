import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The built command line. */
export const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A file of the demonstration corpora. */
export function corpus(path: string): string {
  return fileURLToPath(new URL(`../../data/${path}`, import.meta.url));
}

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  input?: string;
  /** Added to the environment of the tests. */
  env?: Record<string, string>;
}

/** Runs the command line to its end. */
export async function headstart(args: string[], options: RunOptions = {}): Promise<Finished> {
  const { child, told, closed } = start(args, options);
  child.stdin.on("error", () => {}); // a command that fails early does not read it
  child.stdin.end(options.input ?? "");
  const [code, signal] = await closed;
  return { code, signal, ...told };
}

/** Runs the command line and sends it SIGINT, or another signal, once `ready`, which is given stderr and stdout so far. */
export async function interrupted(
  args: string[],
  ready: (told: string) => boolean,
  options: RunOptions & { signals?: number; signal?: NodeJS.Signals },
): Promise<Finished & { tookMs: number }> {
  const { child, told, closed } = start(args, options);
  while (child.exitCode === null && !ready(told.stderr + told.stdout)) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const startMs = performance.now();
  for (let i = 0; i < (options.signals ?? 1); i++) child.kill(options.signal ?? "SIGINT");
  const [code, signal] = await closed;
  return { code, signal, ...told, tookMs: performance.now() - startMs };
}

function start(args: string[], { cwd, env }: RunOptions) {
  if (!existsSync(main)) throw new Error("dist/cli/main.js is missing: run npm run build first");
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, ...env } });
  const told = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk) => {
      told[name] += chunk;
    });
  }
  const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, told, closed };
}
