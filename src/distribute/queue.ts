import { type Job, Queue, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { HeadstartError, OutputError } from "../errors.js";
import {
  QueueRefusedError,
  ShardModelError,
  StoreAccessError,
  StoreCredentialsError,
  StoreUnknownError,
  StoreUnreachableError,
} from "./errors.js";
import { type Run, runId } from "./run.js";
import type { Shard } from "./shard.js";

const ATTEMPTS = 5;
const MS_BEFORE_SECOND_ATTEMPT = 2000;
/** All queues of Headstart, so that a worker can tell that shards of another model are waiting. */
const queuesKey = "headstart:queues";

/** A shard that no worker could label. */
export interface FailedShard {
  file: string;
  reason: string;
}

export interface QueueCounts {
  waiting: number;
  active: number;
  failed: number;
  workers: number;
}

/** Shards of one model that wait for workers: a BullMQ queue, named after the model's fingerprint. */
export class ShardQueue {
  readonly #queue: Queue<Shard>;

  constructor(
    readonly redis: Redis,
    readonly model: string,
  ) {
    this.#queue = new Queue(nameOf(model), { connection: redis });
    this.#queue.on("error", () => {}); // the connection tells
  }

  /** Adds a shard, unless it is there already; one that failed is tried again. @throws QueueRefusedError */
  async add(shard: Shard): Promise<void> {
    try {
      await this.#add(shard);
    } catch (error) {
      if (error instanceof Error && error.name === "ReplyError") throw new QueueRefusedError(shard.file, error);
      throw error;
    }
  }

  async #add(shard: Shard): Promise<void> {
    await this.redis.sadd(queuesKey, this.model);
    const job = await this.#queue.add("shard", shard, {
      jobId: `${runId(shard.run)}-${shard.file}`,
      attempts: ATTEMPTS,
      backoff: { type: "exponential", delay: MS_BEFORE_SECOND_ATTEMPT },
      removeOnComplete: true,
    });
    if (await job.isFailed()) await job.retry("failed", { resetAttemptsMade: true });
  }

  async counts(): Promise<QueueCounts> {
    const { wait, delayed, active, failed } = await this.#queue.getJobCounts("wait", "delayed", "active", "failed");
    return { waiting: wait + delayed, active, failed, workers: await this.#queue.getWorkersCount() };
  }

  async failed(run: Run, limit = 1000): Promise<FailedShard[]> {
    const jobs = await this.#queue.getFailed(0, limit - 1);
    const own = jobs.filter((job) => job?.id?.startsWith(runId(run)));
    return own.map(({ data, failedReason }) => ({ file: data.file, reason: failedReason }));
  }

  /** How many shards of other models, or for another version of Headstart, are waiting. */
  async waitingElsewhere(): Promise<number> {
    const others = (await this.redis.smembers(queuesKey)).filter((model) => model !== this.model);
    let waiting = 0;
    for (const model of others) {
      const queue = new Queue(nameOf(model), { connection: this.redis });
      waiting += await queue.getWaitingCount();
    }
    return waiting;
  }
}

/** Failures by which a worker is of no use, and others may be. */
const unfit = [ShardModelError, StoreUnknownError, StoreAccessError, StoreCredentialsError];

/** What a taker of shards is told. */
export interface TakingOptions {
  /** Shards under way at a time. */
  concurrency: number;
  /** A worker that was not heard of for so long is taken to be dead, and its shards are given to others. */
  stalledAfterMs: number;
  onDone(shard: Shard, tookMs: number): void;
  onFailed(file: string, reason: string): void;
  /** This worker cannot label any shard: it has another model, or cannot write to the place. It takes no more, and others get the shard. */
  onUnfit(error: HeadstartError): void;
}

/** Takes shards until `close`, which waits for those under way. */
export interface Taker {
  isBusy(): boolean;
  close(): Promise<void>;
}

/** @param label what is done with a shard; what it throws leads to another attempt, unless the shard itself is at fault */
export function takeShards(
  { redis, model }: ShardQueue,
  label: (shard: Shard) => Promise<void>,
  options: TakingOptions,
): Taker {
  let busy = 0;
  const run = async (job: Job<Shard>, token?: string) => {
    const { data } = job;
    busy++;
    const startMs = performance.now();
    try {
      await label(data);
    } catch (error) {
      if (isUnfit(error)) {
        options.onUnfit(error);
        await worker.pause(true); // it would take the shard again
        await job.moveToWait(token); // without counting an attempt
        throw new WaitingError();
      }
      if (isFinal(error)) throw new UnrecoverableError(error.message);
      throw error;
    } finally {
      busy--;
    }
    options.onDone(data, performance.now() - startMs);
  };
  const worker = new Worker<Shard>(nameOf(model), run, {
    connection: redis,
    concurrency: options.concurrency,
    lockDuration: options.stalledAfterMs,
    stalledInterval: options.stalledAfterMs,
    maxStalledCount: ATTEMPTS,
  });
  worker.on("error", () => {}); // the connection tells; a lock that was lost means that another worker has the shard
  worker.on("failed", (job, error) => options.onFailed(job?.data.file ?? "a shard", error.message));
  return { isBusy: () => busy > 0, close: () => worker.close() };
}

function nameOf(model: string): string {
  return `headstart-${model.slice(0, 32)}`;
}

function isUnfit(error: unknown): error is HeadstartError {
  return unfit.some((kind) => error instanceof kind);
}

/** Rows that cannot be labelled will not be the next time; a disk may have room again, and a store may answer. */
function isFinal(error: unknown): error is HeadstartError {
  const mayPass = error instanceof OutputError || error instanceof StoreUnreachableError;
  return error instanceof HeadstartError && !mayPass;
}
