import { stat } from "node:fs/promises";
import { fingerprintModel } from "../../classifier/fingerprint.js";
import { textColumnOf } from "../../data/columns.js";
import { openTable, type Table } from "../../data/table.js";
import { counted } from "../../data/wording.js";
import { connect } from "../../distribute/connection.js";
import { ShardQueue } from "../../distribute/queue.js";
import type { Run } from "../../distribute/run.js";
import { openStore } from "../../distribute/store.js";
import { type Submitted, submit } from "../../distribute/submit.js";
import { UsageError } from "../../errors.js";
import { type Log, stderrLog } from "../../log.js";
import { onInterrupt } from "../interrupt.js";
import { commandLine, shellWord } from "../print.js";
import { packageVersion } from "../version.js";
import { type PredictOptions, requireThreshold } from "./predict.js";

const MS_BETWEEN_MESSAGES = 10_000;

/** What `predict --queue` has beside the options of `predict`. */
export interface PredictQueueOptions extends PredictOptions {
  queue: string;
  ahead: number;
}

/** `headstart predict --queue`. @throws QueueConnectionError, the errors of loading, reading and `submit` */
export async function predictQueue(folder: string, data: string, options: PredictQueueOptions): Promise<void> {
  const { out, queue: url } = options;
  if (out === undefined)
    throw new UsageError(
      "--queue needs --out: a folder or s3://bucket/prefix for the shards, which all workers can reach.",
    );
  if (options.resume)
    throw new UsageError("--resume is not needed with --queue: the same command line goes on by itself.");
  const log = stderrLog(options);
  const { manifest, fingerprint: model } = await fingerprintModel(folder, packageVersion(), options.arithmetic);
  requireThreshold(folder, manifest, options);
  const store = openStore(out);
  await store.prepare();
  const redis = await connect(url, log);
  onInterrupt(() => `workers go on with what is queued; the same command line queues the rest:\n  ${commandLine()}`);
  let table: Table | undefined;
  try {
    table = await openTable(data, options);
    for (const note of table.notes) log.info(note);
    const run = await describeRun(model, table, data, options);
    const queue = new ShardQueue(redis, model);
    await tellOfWorkers(queue, folder, options, log);
    const submitted = await submit(table, run, store, queue, { ahead: options.ahead, onShard: teller(log) });
    tellOfEnd(submitted, out, url, log);
  } finally {
    table?.close();
    redis.disconnect();
  }
}

async function describeRun(model: string, table: Table, data: string, options: PredictQueueOptions): Promise<Run> {
  const { top, all, minConfidence, abstainAs, json } = options;
  const { name, format, delimiter, columns } = table;
  return {
    model,
    input: { name: data, sizeBytes: data === "-" ? null : (await stat(data)).size },
    options: { top, all, minConfidence, abstainAs, json },
    textColumn: textColumnOf(table, options.text),
    table: { name, format, delimiter, columns },
  };
}

async function tellOfWorkers(
  queue: ShardQueue,
  folder: string,
  { queue: url, arithmetic }: PredictQueueOptions,
  log: Log,
): Promise<void> {
  const { workers } = await queue.counts();
  if (workers > 0) return log.info(`${counted(workers, "worker takes", "workers take")} shards of this model`);
  const same = arithmetic ? ` --arithmetic ${arithmetic}` : "";
  log.info(
    `no worker takes shards of this model yet; on any host:\n  headstart worker ${shellWord(folder)} --queue ${shellWord(url)}${same}`,
  );
}

function teller(log: Log): (soFar: Submitted) => void {
  let toldMs = performance.now();
  return ({ shards, rows }) => {
    if (performance.now() - toldMs < MS_BETWEEN_MESSAGES) return;
    toldMs = performance.now();
    log.info(`${counted(rows, "row")} in ${counted(shards, "shard")} so far`);
  };
}

function tellOfEnd({ shards, rows, done }: Submitted, out: string, url: string, log: Log): void {
  const before = done > 0 ? `, ${done.toLocaleString("en-US")} of them labelled before` : "";
  log.info(`split ${counted(rows, "row")} into ${counted(shards, "shard")}${before}`);
  log.info(`how far it is:      headstart predict --status --out ${shellWord(out)} --queue ${shellWord(url)}`);
  log.info(`one file of all:    headstart predict --join <file> --out ${shellWord(out)}`);
}
