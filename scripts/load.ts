/**
 * What `headstart serve` does under load, beside the plain Transformers.js pipeline behind the same HTTP framework on the same folder:
 * requests a second and times to the answer at several numbers of connections, one text a request or several; GET /health at full load.
 *
 *   npx tsx scripts/load.ts [--seconds 5] [--rounds 3] [--connections 1,16,64] [--texts 1] [--folder <model>]… [--json] [-- <options of serve>]   (2 minutes)
 *   npx tsx scripts/load.ts --soak 10       minutes at 64 connections: memory and failures (10 minutes)
 *
 * The servers take turns, and the round with the median rate is printed. Texts are those of data/reviews and data/intents in turn; the load
 * comes from this process, on the same machine.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { loadDataset } from "../src/data/dataset.js";
import { healthTimesDuring, type Server, startHeadstart, startPlain, type Usage, usageOf } from "./load/processes.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    connections: { type: "string", default: "1,16,64" },
    texts: { type: "string", default: "1" },
    folder: { type: "string", multiple: true },
    soak: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const temporary = mkdtempSync(join(tmpdir(), "headstart-load-"));
const folders = values.folder ?? [trainedFolder()];
const texts = await mixedTexts();

try {
  if (values.soak) await soak(Number(values.soak));
  else await compare(values.connections.split(",").map(Number));
} finally {
  rmSync(temporary, { recursive: true });
}

async function compare(connections: number[]): Promise<void> {
  const servers = [await startHeadstart(folders, positionals), await startPlain(folders)];
  try {
    const rows = await rowsOf(servers, connections);
    const healthMs = await healthTimesDuring(servers[0].url, () => load(servers[0], 64, Number(values.seconds)));
    const health = { probes: healthMs.length, p50: percentile(healthMs, 0.5), p99: percentile(healthMs, 0.99) };
    if (values.json) console.log(JSON.stringify({ rows, health }, null, 2));
    else print(rows, health);
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function rowsOf(servers: readonly Server[], connections: readonly number[]): Promise<Measured[]> {
  const rows: Measured[] = [];
  for (const server of servers) await load(server, 1, 3);
  for (const count of connections) {
    const rounds: Measured[][] = servers.map(() => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [at, server] of servers.entries()) rounds[at].push(await load(server, count, Number(values.seconds)));
    }
    rows.push(...rounds.map(median));
  }
  return rows;
}

/** The round with the median rate. */
function median(rounds: Measured[]): Measured {
  const sorted = [...rounds].sort((a, b) => a.requestsPerSecond - b.requestsPerSecond);
  return sorted[Math.floor(sorted.length / 2)];
}

interface Measured {
  server: string;
  connections: number;
  requestsPerSecond: number;
  /** Of the server's process, for each request. */
  cpuMs: number;
  p50: number;
  p95: number;
  p99: number;
  failed: number;
}

async function load({ name, url }: Server, connections: number, seconds: number): Promise<Measured> {
  const timesMs: number[] = [];
  let failed = 0;
  const startMs = performance.now();
  const before = await usageOf(url);
  await new Promise<void>((resolve, reject) => {
    const run = autocannon(requestsTo(url, connections, seconds), (error, result) => {
      failed += result?.errors ?? 0;
      if (error) reject(error);
      else resolve();
    });
    run.on("response", (_client, status, _bytes, ms) => {
      if (status === 200) timesMs.push(ms);
      else failed++;
    });
  });
  if (timesMs.length === 0) throw new Error(`${name} gave no answer within ${seconds} s: try more --seconds`);
  const took = (performance.now() - startMs) / 1000;
  const cpuMs = ((await usageOf(url)).cpuMs - before.cpuMs) / timesMs.length;
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(timesMs, share));
  return { server: name, connections, requestsPerSecond: timesMs.length / took, cpuMs, p50, p95, p99, failed };
}

function requestsTo(url: string, connections: number, seconds: number): autocannon.Options {
  const each = Number(values.texts);
  const requests = texts.map((text, i) => ({
    method: "POST" as const,
    path: "/predict",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(each === 1 ? { text } : { texts: [...texts.slice(i), ...texts].slice(0, each) }),
  }));
  let started = 0;
  const setupClient = (client: autocannon.Client) => {
    const at = Math.floor((started++ * texts.length) / connections); // each begins elsewhere
    client.setRequests([...requests.slice(at), ...requests.slice(0, at)]);
  };
  return { url, connections, duration: seconds, timeout: 60, requests, setupClient };
}

async function soak(minutes: number): Promise<void> {
  const server = await startHeadstart(folders, positionals);
  const samples: Usage[] = [];
  const timer = setInterval(async () => samples.push(await usageOf(server.url)), 5000);
  const measured = await load(server, 64, minutes * 60);
  clearInterval(timer);
  await server.stop();
  const answered = Math.round(measured.requestsPerSecond * minutes * 60).toLocaleString("en-US");
  console.log(
    `${answered} requests in ${minutes} minutes, ${measured.failed} failed, p99 ${measured.p99.toFixed(0)} ms`,
  );
  console.log("memory in MB, means of tenths of the time: resident, and the main thread's heap");
  const tenth = samples.length / 10;
  for (let i = 0; i < 10; i++) {
    const part = samples.slice(Math.round(i * tenth), Math.round((i + 1) * tenth));
    const mean = (kind: keyof Usage) => part.reduce((sum, sample) => sum + sample[kind], 0) / part.length;
    console.log(`${mean("residentMb").toFixed(0).padStart(6)} ${mean("heapMb").toFixed(1).padStart(6)}`);
  }
}

function print(rows: Measured[], health: { probes: number; p50: number; p99: number }): void {
  console.log("connections  server      requests/s  CPU ms each  p50 ms  p95 ms  p99 ms  failed");
  for (const row of rows) {
    const times = [row.p50, row.p95, row.p99].map((ms) => ms.toFixed(1).padStart(6)).join("  ");
    const rate = row.requestsPerSecond.toFixed(1).padStart(10);
    const cpu = row.cpuMs.toFixed(1).padStart(11);
    const name = row.server.padEnd(10);
    console.log(`${String(row.connections).padStart(11)}  ${name}  ${rate}  ${cpu}  ${times}  ${row.failed}`);
  }
  for (let i = 0; i < rows.length; i += 2) {
    const ratio = rows[i].requestsPerSecond / rows[i + 1].requestsPerSecond;
    const cpu = rows[i + 1].cpuMs / rows[i].cpuMs;
    console.log(`ratio at ${rows[i].connections} connections: ${ratio.toFixed(2)}, of CPU time ${cpu.toFixed(2)}`);
  }
  console.log(
    `GET /health at 64 connections, ${health.probes} times: p50 ${health.p50.toFixed(1)} ms, p99 ${health.p99.toFixed(1)} ms`,
  );
}

function percentile(numbers: number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function trainedFolder(): string {
  const out = join(temporary, "reviews");
  execFileSync(process.execPath, [
    "dist/cli/main.js",
    "train",
    "data/reviews/train.csv",
    "--out",
    out,
    "--C",
    "1",
    "-q",
  ]);
  return out;
}

async function mixedTexts(): Promise<string[]> {
  const [reviews, intents] = await Promise.all(
    ["data/reviews/test.csv", "data/intents/test.csv"].map(async (path) => (await loadDataset(path)).texts),
  );
  return reviews.flatMap((text, i) => [text, intents[i % intents.length]]);
}
