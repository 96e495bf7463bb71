import type { FastifyInstance } from "fastify";
import type { AppContext } from "./app.js";
import { ModelsAnswer, mostTexts, status, unauthorized } from "./schemas.js";

/** GET /models. */
export function answerModels(app: FastifyInstance, { models, options }: AppContext): void {
  const response = { 200: ModelsAnswer, ...unauthorized };
  const schema = { operationId: "models", summary: "What is served", response };
  app.get("/models", { schema }, () => {
    const { all } = models;
    const sessions = [...new Set(all.map(({ engine }) => engine))];
    return {
      models: all.map(({ name, manifest, examples, engine }) => ({
        name,
        task: manifest.task,
        labels: manifest.labels,
        encoder: manifest.encoder.name,
        maxTokens: manifest.encoder.maxTokens,
        arithmetic: models.options.arithmetic ?? "float32",
        rows: manifest.data.rows,
        createdAt: manifest.createdAt,
        examples: examples?.dataset.texts.length ?? 0,
        session: sessions.indexOf(engine) + 1,
      })),
      limits: { texts: mostTexts, characters: options.maxChars, bytes: options.maxBodyBytes },
    };
  });
}

/** GET /health, /ready, /metrics and /openapi.json. */
export function answerStatus(app: FastifyInstance, context: AppContext): void {
  const { registry } = context.metrics;
  const health = { operationId: "health", summary: "Whether the process lives", security: [] };
  app.get("/health", { schema: { ...health, response: { 200: status("It does.") } } }, () => ({ status: "ok" }));
  const ready = {
    operationId: "ready",
    summary: "Whether requests should be sent here",
    security: [],
    response: { 200: status("They should."), 503: status("The server stops: send them elsewhere.") },
  };
  app.get("/ready", { schema: ready }, (_request, reply) =>
    context.stopping ? reply.status(503).send({ status: "stopping" }) : { status: "ready" },
  );
  const counters = { description: "Counters", content: { "text/plain": { schema: { type: "string" } } } };
  const metrics = {
    operationId: "metrics",
    summary: "Counters in the text format of Prometheus",
    response: { 200: counters, ...unauthorized },
  };
  app.get("/metrics", { schema: metrics }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
