import type { FastifyInstance } from "fastify";
import type { AppContext } from "./app.js";
import { Failure, ModelsAnswer, mostTexts, Status } from "./schemas.js";

/** GET /models. */
export function answerModels(app: FastifyInstance, { models, options }: AppContext): void {
  const schema = { summary: "What is served", response: { 200: ModelsAnswer, 401: Failure } };
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
  const health = { summary: "Whether the process lives", response: { 200: Status } };
  app.get("/health", { schema: health }, () => ({ status: "ok" }));
  const ready = { summary: "Whether requests should be sent here", response: { 200: Status, 503: Status } };
  app.get("/ready", { schema: ready }, (_request, reply) =>
    context.stopping ? reply.status(503).send({ status: "stopping" }) : { status: "ready" },
  );
  const metrics = { summary: "Counters in the text format of Prometheus", produces: ["text/plain"] };
  app.get("/metrics", { schema: metrics }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
