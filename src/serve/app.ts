import swagger from "@fastify/swagger";
import Fastify, { type FastifyInstance } from "fastify";
import type { Log } from "../log.js";
import { UnauthorizedError } from "./errors.js";
import { answerFailures } from "./failures.js";
import { takeJson } from "./json-body.js";
import type { Metrics } from "./metrics.js";
import type { Models } from "./models.js";
import { servePage } from "./page-files.js";
import { answerNeighbours, answerPredict } from "./predict-routes.js";
import { answerModels, answerStatus } from "./status-routes.js";
import { holdsToken } from "./token.js";

/** What requests may be, and who may send them. */
export interface AppOptions {
  /** Without it everybody who reaches the server may ask. */
  token?: string;
  /** Characters of one text. */
  maxChars: number;
  maxBodyBytes: number;
  /** For a request to arrive, and again for its answer. */
  timeoutMs: number;
  version: string;
  log: Log;
}

/** What routes share. */
export interface AppContext {
  models: Models;
  metrics: Metrics;
  options: AppOptions;
  /** Set once the server was told to stop: what comes is still answered, but connections are given up. */
  stopping: boolean;
}

/** Paths that need no token: probes, and the page's own files, which hold no data. */
const open = /^\/(health|ready|vendor\/[\w.-]+|[\w-]+\.(js|css|svg)|)$/;

/** The server without its socket. */
export async function createApp(context: AppContext): Promise<FastifyInstance> {
  const { maxBodyBytes, timeoutMs, version, log } = context.options;
  const app = Fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout: timeoutMs,
    connectionTimeout: 2 * timeoutMs + 5000, // of a client that does not read its answer
    http: { connectionsCheckingInterval: Math.min(1000, timeoutMs) },
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, strictRequired: false } },
  });
  app.server.headersTimeout = timeoutMs;
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Headstart", description: "Text classifiers over HTTP.", version },
      servers: [{ url: "/" }],
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: context.options.token === undefined ? [] : [{ token: [] }],
    },
  });
  takeJson(app);
  answerFailures(app, log);
  addHooks(app, context);
  answerPredict(app, context);
  answerNeighbours(app, context);
  answerModels(app, context);
  answerStatus(app, context);
  servePage(app);
  return app;
}

function addHooks(app: FastifyInstance, context: AppContext): void {
  const { metrics, options } = context;
  app.addHook("onRequest", async ({ url, headers }, reply) => {
    const { token } = options;
    if (token === undefined || open.test(url.split("?")[0]) || holdsToken(headers.authorization, token)) return;
    reply.header("www-authenticate", "Bearer");
    throw new UnauthorizedError();
  });
  app.addHook("onSend", async (_request, reply) => {
    if (context.stopping) reply.header("connection", "close");
  });
  app.addHook("onResponse", async ({ method, routeOptions }, reply) => {
    metrics.tellRequest(method, routeOptions.url ?? "other", reply.statusCode, reply.elapsedTime / 1000);
  });
}
