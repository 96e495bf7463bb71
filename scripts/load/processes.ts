/** Starts what load.ts measures, and asks it how it is. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A server in a process of its own. */
export interface Server {
  name: string;
  url: string;
  stop(): Promise<void>;
}

export function startHeadstart(folders: readonly string[], args: readonly string[]): Promise<Server> {
  return start("headstart", ["dist/cli/main.js", "serve", ...folders, "--port", "0", "--quiet", ...args]);
}

export function startPlain(folders: readonly string[]): Promise<Server> {
  return start("pipeline", ["--import", "tsx", "scripts/load/plain-server.ts", ...folders]);
}

async function start(name: string, args: string[]): Promise<Server> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let told = "";
  for await (const chunk of child.stdout) {
    told += chunk;
    const [url] = /http:\S+/.exec(told) ?? [];
    if (!url) continue;
    return { name, url, stop: () => ended(child) };
  }
  throw new Error(`${name} did not start: ${told}`);
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** Times of GET /health while `work` goes on, in ms. */
export async function healthTimesDuring(url: string, work: () => Promise<unknown>): Promise<number[]> {
  const probe = spawn(process.execPath, ["--import", "tsx", "scripts/load/health-probe.ts", url], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let told = "";
  probe.stdout.on("data", (chunk) => {
    told += chunk;
  });
  await work();
  probe.stdin.end();
  await once(probe, "close");
  return JSON.parse(told);
}

/** What a server's process says of itself. */
export interface Usage {
  residentMb: number;
  heapMb: number;
  cpuMs: number;
}

export async function usageOf(url: string): Promise<Usage> {
  const text = await (await fetch(new URL("/metrics", url))).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)![1]);
  return {
    residentMb: value("process_resident_memory_bytes") / 1e6,
    heapMb: value("nodejs_heap_size_used_bytes") / 1e6,
    cpuMs: value("process_cpu_seconds_total") * 1000,
  };
}
