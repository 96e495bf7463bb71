import { Redis } from "ioredis";
import type { Log } from "../log.js";
import { QueueConnectionError } from "./errors.js";

const MS_BETWEEN_ATTEMPTS = 1000;
/** For the first connection: what listens there may take it and say nothing, if it is no Redis. */
const MS_TO_ANSWER = 30_000;

/**
 * Connects to Redis or Valkey. The first connection has to succeed; one that is lost later is waited for, and nothing is given up.
 *
 * @param url `redis://`, or `rediss://` over TLS. @param msToAnswer for the first connection. @throws QueueConnectionError
 */
export async function connect(url: string, log: Log, msToAnswer = MS_TO_ANSWER): Promise<Redis> {
  const shown = withoutPassword(url);
  await tryOnce(url, shown, msToAnswer);
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => MS_BETWEEN_ATTEMPTS });
  let isLost = false;
  redis.on("error", () => {}); // told below
  redis.on("close", () => {
    if (!isLost && redis.status !== "end") log.warn(`${shown}: the connection is lost; waiting for it`);
    isLost = true;
  });
  redis.on("ready", () => {
    if (isLost) log.info(`${shown}: connected again`);
    isLost = false;
  });
  await warnOfForgetting(redis, shown, log);
  return redis;
}

async function tryOnce(url: string, shown: string, msToAnswer: number): Promise<void> {
  if (!/^rediss?:\/\/./.test(url)) throw new QueueConnectionError(shown, new Error("no address of Redis"));
  const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5000 });
  let cause: unknown;
  probe.on("error", (error) => {
    cause ??= error;
  });
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })), msToAnswer);
  });
  try {
    await Promise.race([probe.connect().then(() => probe.ping()), silence]);
  } catch (error) {
    throw new QueueConnectionError(shown, cause ?? error);
  } finally {
    clearTimeout(timer);
    probe.disconnect();
  }
}

/** Without an append-only file a restart of Redis loses what lies in the queue. */
async function warnOfForgetting(redis: Redis, shown: string, log: Log): Promise<void> {
  const answer = await redis.config("GET", "appendonly").catch(() => undefined); // hosted services do not tell
  if (Array.isArray(answer) && answer[1] === "no") {
    log.warn(
      `${shown} keeps its queue in memory alone: start it with --appendonly yes. After a restart the predict command queues anew what was lost.`,
    );
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/.*@/, "//…@");
}
