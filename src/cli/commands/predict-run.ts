import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { counted } from "../../data/wording.js";
import { connect } from "../../distribute/connection.js";
import { joinRun } from "../../distribute/join.js";
import { ShardQueue } from "../../distribute/queue.js";
import { readRun } from "../../distribute/run.js";
import { type RunStatus, statusOf } from "../../distribute/status.js";
import { openStore } from "../../distribute/store.js";
import { HeadstartError, OutputError, UsageError } from "../../errors.js";
import { stderrLog } from "../../log.js";
import { print, printJson, table } from "../print.js";

/** What the command line gives `predict --status` and `predict --join`. */
export interface RunOptions {
  out?: string;
  queue?: string;
  join?: string;
  json?: boolean;
  quiet?: boolean;
}

/** `headstart predict --status`. @throws RunNotFoundError, QueueConnectionError */
export async function predictStatus(options: RunOptions): Promise<void> {
  const store = openStore(placeOf(options, "--status"));
  const { model } = await readRun(store);
  const redis = options.queue === undefined ? undefined : await connect(options.queue, stderrLog(options));
  try {
    const status = await statusOf(store, redis && new ShardQueue(redis, model));
    if (options.json) printJson(status);
    else print(table(linesOf(status)));
  } finally {
    redis?.disconnect();
  }
}

function linesOf({ input, shards, rows, queue, failed }: RunStatus): [string, string][] {
  const of = (part: RunStatus["shards"]) =>
    `${part.done.toLocaleString("en-US")} of ${part.total?.toLocaleString("en-US") ?? "more than that: the input is being split"}`;
  const lines: [string, string][] = [
    ["input", input],
    ["shards", of(shards)],
    ["rows", of(rows)],
  ];
  if (queue) {
    const { waiting, active, workers } = queue;
    lines.push(["queue", `${counted(waiting, "shard")} waiting, ${active} under way, ${counted(workers, "worker")}`]);
  }
  for (const { file, reason } of failed) lines.push(["failed", `${file}: ${reason}`]);
  return lines;
}

/** `headstart predict --join`. @throws RunNotFoundError, UnfinishedSplitError, ShardsMissingError, OutputError */
export async function predictJoin(options: RunOptions & { join: string }): Promise<void> {
  const store = openStore(placeOf(options, "--join"));
  const { bytes, rows, shards } = await joinRun(store);
  if (options.join === "-") {
    await pipeline(bytes, process.stdout, { end: false });
    return;
  }
  await writeJoined(bytes, options.join);
  await store.tidy();
  stderrLog(options).info(`written: ${options.join}, ${counted(rows, "row")} of ${counted(shards, "shard")}`);
}

async function writeJoined(bytes: AsyncIterable<Buffer>, path: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await pipeline(bytes, createWriteStream(partial, { flush: true }));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error instanceof HeadstartError ? error : new OutputError(path, error);
  }
}

function placeOf({ out }: RunOptions, flag: string): string {
  if (out === undefined) throw new UsageError(`${flag} needs --out: the folder, or s3://bucket/prefix, of the shards.`);
  return out;
}
