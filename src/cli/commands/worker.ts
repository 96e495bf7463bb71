import { setTimeout as sleep } from "node:timers/promises";
import { TextClassifier } from "../../classifier/classifier.js";
import { fingerprintModel } from "../../classifier/fingerprint.js";
import { counted } from "../../data/wording.js";
import { connect } from "../../distribute/connection.js";
import { ShardQueue, type Taker, takeShards } from "../../distribute/queue.js";
import { openStore } from "../../distribute/store.js";
import { completeShard } from "../../distribute/work.js";
import type { HeadstartError } from "../../errors.js";
import { type Log, stderrLog } from "../../log.js";
import type { Arithmetic } from "../../onnx/integer-arithmetic.js";
import { stopSignal } from "../interrupt.js";
import { packageVersion } from "../version.js";

const MS_BETWEEN_LOOKS = 200;

/** What the command line gives `worker`. */
export interface WorkerOptions {
  queue: string;
  out?: string;
  concurrency: number;
  stalledAfter: number;
  untilIdle?: number;
  arithmetic?: Arithmetic;
  quiet?: boolean;
}

/** `headstart worker`: until SIGINT or SIGTERM. @throws QueueConnectionError, the errors of loading, ShardModelError, StoreUnknownError */
export async function worker(folder: string, options: WorkerOptions): Promise<void> {
  const log = stderrLog(options);
  const { fingerprint } = await fingerprintModel(folder, packageVersion(), options.arithmetic);
  const redis = await connect(options.queue, log);
  try {
    const model = await TextClassifier.load(folder, options);
    try {
      const queue = new ShardQueue(redis, fingerprint);
      await tellOfQueue(queue, log);
      await work(model, queue, options, log);
    } finally {
      await model.dispose();
    }
  } finally {
    redis.disconnect();
  }
}

async function tellOfQueue(queue: ShardQueue, log: Log): Promise<void> {
  const { waiting } = await queue.counts();
  const elsewhere = await queue.waitingElsewhere();
  log.info(
    `model ${queue.model.slice(0, 12)}: ${counted(waiting, "shard")} waiting; Ctrl-C ends after those under way`,
  );
  if (waiting === 0 && elsewhere > 0) {
    log.warn(
      `${counted(elsewhere, "shard")} of another model, another version of Headstart or another --arithmetic are waiting: this worker does not take them.`,
    );
  }
}

async function work(model: TextClassifier, queue: ShardQueue, options: WorkerOptions, log: Log): Promise<void> {
  let unfit: HeadstartError | undefined;
  let isStopped = false;
  let lastMs = performance.now();
  void stopSignal().then(() => {
    isStopped = true;
  });
  const label = (shard: Parameters<Parameters<typeof takeShards>[1]>[0]) =>
    completeShard(model, queue.model, openStore(options.out ?? shard.store), shard);
  const taker = takeShards(queue, label, {
    concurrency: options.concurrency,
    stalledAfterMs: options.stalledAfter * 1000,
    onDone: ({ file, rows }, tookMs) => {
      lastMs = performance.now();
      log.info(`${file}: ${counted(rows, "row")} in ${(tookMs / 1000).toFixed(1)} s`);
    },
    onFailed: (file, reason) => log.warn(`${file}: ${reason}`),
    onUnfit: (error) => {
      unfit ??= error;
    },
  });
  const idleMs = (options.untilIdle ?? Number.POSITIVE_INFINITY) * 1000;
  const isIdle = async () =>
    !taker.isBusy() && performance.now() - lastMs > idleMs && (await queue.counts()).waiting === 0;
  while (!isStopped && !unfit && !(await isIdle())) await sleep(MS_BETWEEN_LOOKS);
  await end(taker, log);
  if (unfit) throw unfit;
}

async function end(taker: Taker, log: Log): Promise<void> {
  if (taker.isBusy()) log.info("ending after the shards under way; a second signal ends at once, and others get them");
  await taker.close();
}
