/**
 * What many rows cost, on one machine and by the queue: the figures of docs/scale.md. Needs redis-server or valkey-server.
 *
 *   npm run build && npx tsx scripts/scale.ts [--rows 8192] [--json]     (2 minutes)
 *
 * The same rows, each a text of data/reviews behind its number, are labelled by `predict` and by one `worker`; the two
 * files have to be the same bytes. Rates are by the clock and by the processor time that was used, which tells the same beside other work.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { loadDataset } from "../src/data/dataset.js";
import { loadTokenizer } from "../src/runtime/transformers.js";
import { RedisServer, withoutRedis } from "../test/distribute/redis.js";

const { values } = parseArgs({ options: { rows: { type: "string", default: "8192" }, json: { type: "boolean" } } });
const dollarsPerCoreHour = 0.04;
const billion = 1e9;
const shardRows = 2048;
/** Split but not labelled, to see what splitting takes beside its start: so many shards. */
const splitRows = 96 * shardRows;

if (withoutRedis) throw new Error(withoutRedis);
const folder = mkdtempSync(join(tmpdir(), "headstart-scale-"));
const redis = await RedisServer.start(join(folder, "redis"));
try {
  await measure();
} finally {
  await redis.kill();
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const texts = await rowTexts(Number(values.rows));
  const tokenizer = await loadTokenizer(resolve("models/headstart-mini"));
  const tokens = texts.reduce((sum, text) => sum + tokenizer.encode(text).length, 0) / texts.length;
  writeRows("rows.csv", texts);
  headstart("train", resolve("data/reviews/train.csv"), "--out", "model", "--quiet");

  const predict = headstart("predict", "model", "rows.csv", "--out", "whole.csv");
  const split = headstart("predict", "model", "rows.csv", "--queue", redis.url, "--out", "shards");
  const worker = headstart("worker", "model", "--queue", redis.url, "--until-idle", "1");
  headstart("predict", "--join", "joined.csv", "--out", "shards");
  const read = (name: string) => readFileSync(join(folder, name));
  if (!read("joined.csv").equals(read("whole.csv"))) throw new Error("The joined shards are not what predict wrote.");

  const many = splitRows / shardRows;
  writeRows("many.csv", await rowTexts(splitRows));
  const emptyBytes = await memoryOfRedis();
  const splitMany = headstart("predict", "model", "many.csv", "--queue", redis.url, "--out", "waiting");
  const queuedBytes = (await memoryOfRedis()) - emptyBytes;
  const splittingS = (splitMany.processorS - split.processorS) / (splitRows - texts.length); // a row, without the start

  const rate = ({ clockS, processorS }: Took) => ({
    rowsPerSecond: texts.length / clockS,
    rowsPerCoreSecond: texts.length / processorS,
  });
  const coreHours = billion / rate(worker).rowsPerCoreSecond / 3600;
  const bytesOf = (name: string) => statSync(join(folder, name)).size / texts.length;
  report({
    rows: texts.length,
    tokensPerRow: tokens,
    predict: rate(predict),
    worker: rate(worker),
    split: { rowsPerCoreSecond: 1 / splittingS, kilobytesPerShard: queuedBytes / many / 1000 },
    billion: {
      coreHours,
      dollars: coreHours * dollarsPerCoreHour,
      hoursOn64Cores: coreHours / 64,
      splittingHours: (billion * splittingS) / 3600,
      shards: Math.ceil(billion / shardRows),
      inputGB: bytesOf("rows.csv"),
      outputGB: bytesOf("whole.csv"),
    },
  });
}

function writeRows(name: string, texts: readonly string[]): void {
  const lines = texts.map((text) => `"${text.replaceAll('"', '""')}"\n`);
  writeFileSync(join(folder, name), `text\n${lines.join("")}`);
}

/** Distinct rows of ordinary length. */
async function rowTexts(count: number): Promise<string[]> {
  const { texts } = await loadDataset("data/reviews/train.csv");
  return Array.from({ length: count }, (_, i) => `${i} ${texts[i % texts.length]}`);
}

interface Took {
  clockS: number;
  processorS: number;
}

/** Runs the built command line in the folder. @returns what it took, its start included, as the shell's `time` says */
function headstart(...args: string[]): Took {
  const command = `TIMEFORMAT='%R %U %S'; time "$@" 2>messages.log`;
  const given = [
    "-c",
    `{ ${command}; } 2>&1 >/dev/null`,
    "bash",
    process.execPath,
    resolve("dist/cli/main.js"),
    ...args,
  ];
  const told = execFileSync("bash", given, { cwd: folder, encoding: "utf8" });
  const [clockS, userS, systemS] = told.trim().split(" ").map(Number);
  return { clockS, processorS: userS + systemS };
}

async function memoryOfRedis(): Promise<number> {
  const client = new Redis(redis.url);
  const info = await client.info("memory");
  client.disconnect();
  return Number(/used_memory:(\d+)/.exec(info)![1]);
}

function report(figures: Record<string, number | Record<string, number>>): void {
  if (values.json) {
    console.log(JSON.stringify(figures, null, 2));
    return;
  }
  for (const [name, value] of Object.entries(figures)) {
    if (typeof value === "number") console.log(`${name.padEnd(14)}${value.toFixed(1)}`);
    else
      for (const [of, part] of Object.entries(value))
        console.log(`${name.padEnd(14)}${of.padEnd(20)}${part.toFixed(1)}`);
  }
}
