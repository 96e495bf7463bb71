import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Failure, NeighboursAnswer, PredictAnswer } from "../../src/serve/schemas.js";
import { corpus, headstart, main } from "../cli/headstart.js";
import { encoders } from "../encoder/oracle.js";

/** `headstart serve` in a process of its own, as a user starts it. */
export interface Serving {
  url: string;
  child: ChildProcess;
  /** What it has said on stderr. */
  told(): string;
  /** Asks it to stop. @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Trains a small model. @param corpusName reviews, intents … */
export async function trained(corpusName: string, out: string, ...args: string[]): Promise<void> {
  const data = corpus(`${corpusName}/train.csv`);
  const given = ["train", data, "--encoder", `${encoders}bert`, "--out", out, "--no-cache", "--C", "1", "-q", ...args];
  const { code, stderr } = await headstart(given);
  if (code !== 0) throw new Error(stderr);
}

/** @param env added to the environment of the tests */
export async function serve(args: string[], env: Record<string, string> = {}, cwd?: string): Promise<Serving> {
  if (!existsSync(main)) throw new Error("dist/cli/main.js is missing: run npm run build first");
  const given = [main, "serve", "--port", "0", ...args];
  const child = spawn(process.execPath, given, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, "exit");
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (child.exitCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return { url: await addressOf(child, () => stderr), child, told: () => stderr, stop };
}

async function addressOf(child: ChildProcess, told: () => string): Promise<string> {
  let stdout = "";
  for await (const chunk of child.stdout!) {
    stdout += chunk;
    const [url] = /http:\S+/.exec(stdout) ?? [];
    if (url) return url;
  }
  throw new Error(`the server did not start: ${told()}`);
}

/** POST of JSON. */
export async function post(url: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(new URL(path, url), {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const answer = (await response.json()) as PredictAnswer & NeighboursAnswer & Failure;
  return { status: response.status, headers: response.headers, answer };
}
