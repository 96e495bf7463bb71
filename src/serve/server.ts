import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { Log } from "../log.js";
import { type AppContext, type AppOptions, createApp } from "./app.js";
import { ListenError } from "./errors.js";
import { Metrics } from "./metrics.js";
import { Models, type ModelsOptions, servedFolders } from "./models.js";

export interface ServerOptions extends AppOptions, Omit<ModelsOptions, "onBatch" | "log"> {
  host: string;
  /** 0: any that is free. */
  port: number;
  /** For so long after a stop was asked for connections are still taken: those who send them have not heard of it yet. */
  drainMs: number;
}

/** A server that answers. */
export interface RunningServer {
  url: string;
  models: Models;
  /** Answers what was accepted, then frees everything. @returns how many requests were answered since the start */
  stop(): Promise<number>;
}

const msBetweenLooks = 1000;
const mostMsBetweenLooks = 16_000;
const msBetweenClosings = 50;

/**
 * Serves model folders over HTTP; one that is retrained meanwhile takes the former one's place.
 * @param folders each as `folder` or `name=folder`. @throws DuplicateNameError, ListenError, the errors of `composeGroups`
 */
export async function startServer(folders: readonly string[], options: ServerOptions): Promise<RunningServer> {
  let tellBatch: Metrics["tellBatch"] | undefined;
  const onBatch = (texts: number, ms: number) => tellBatch?.(texts, ms);
  const models = await Models.open(servedFolders(folders), { ...options, onBatch });
  const metrics = new Metrics(() => models.waiting);
  tellBatch = metrics.tellBatch.bind(metrics);
  const context: AppContext = { models, metrics, options, stopping: false };
  const app = await createApp(context);
  const url = await listen(app, options).catch(async (error) => {
    await models.dispose();
    throw new ListenError(options.host, options.port, error);
  });
  const stopLooking = reloadWhenRetrained(context);
  return {
    url,
    models,
    async stop() {
      context.stopping = true;
      await delay(options.drainMs);
      await close(app);
      await stopLooking();
      await models.dispose();
      return metrics.answered;
    },
  };
}

/** Takes no more connections, and closes those there are as soon as nothing is asked on them. */
async function close(app: FastifyInstance): Promise<void> {
  const timer = setInterval(() => app.server.closeIdleConnections(), msBetweenClosings);
  await app.close();
  clearInterval(timer);
}

async function listen(app: FastifyInstance, { host, port }: ServerOptions): Promise<string> {
  await app.listen({ host, port });
  const { address, family, port: actual } = app.server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${actual}/`;
}

/** Looks at the manifests every second: unlike the events of a file system that works on all of them, and through renames. */
function reloadWhenRetrained(context: AppContext): () => Promise<void> {
  const stop = new AbortController();
  const looking = keepLooking(context, stop.signal);
  return () => {
    stop.abort();
    return looking;
  };
}

/** A folder that does not load, because it is copied at this moment perhaps, is tried again after 2, 4, 8 and then every 16 seconds. */
async function keepLooking({ models, metrics, options }: AppContext, signal: AbortSignal): Promise<void> {
  let told = "";
  let pauseMs = msBetweenLooks;
  while (await delay(pauseMs, true, { signal }).catch(() => false)) {
    const failure = await reload(models, metrics, options.log);
    if (failure && failure !== told) options.log.warn(failure);
    told = failure;
    pauseMs = failure ? Math.min(2 * pauseMs, mostMsBetweenLooks) : msBetweenLooks;
  }
}

/** @returns what went wrong, or nothing */
async function reload(models: Models, metrics: Metrics, log: Log): Promise<string> {
  try {
    if (await models.reload()) {
      metrics.tellReload("done");
      log.info("a folder was retrained: its new model answers from now on");
    }
    return "";
  } catch (error) {
    metrics.tellReload("failed");
    return `not reloaded, the former models go on: ${(error as Error).message}`;
  }
}
