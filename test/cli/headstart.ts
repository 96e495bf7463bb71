import { spawn } from "node:child_process";
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
  if (!existsSync(main)) throw new Error("dist/cli/main.js is missing: run npm run build first");
  const child = spawn(process.execPath, [main, ...args], { cwd: options.cwd, env: { ...process.env, ...options.env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin.on("error", () => {}); // a command that fails early does not read it
  child.stdin.end(options.input ?? "");
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}
