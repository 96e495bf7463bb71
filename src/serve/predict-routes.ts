import type { FastifyInstance, FastifyReply } from "fastify";
import { answersOf } from "./answer.js";
import type { AppContext } from "./app.js";
import type { Engine } from "./engine.js";
import { ClientLeftError, NoExamplesError, TimedOutError } from "./errors.js";
import {
  type PredictAnswer as Answer,
  NeighboursAnswer,
  type NeighboursBody,
  neighboursBody,
  PredictAnswer,
  type PredictBody,
  predictBody,
  refusals,
} from "./schemas.js";

/** POST /predict. Models on one encoder get its features from one pass. */
export function answerPredict(app: FastifyInstance, { models, options }: AppContext): void {
  const schema = {
    operationId: "predict",
    summary: "Label texts",
    body: predictBody(options.maxChars),
    response: { 200: PredictAnswer, ...refusals },
  };
  app.post<{ Body: PredictBody }>("/predict", { schema }, async ({ body }, reply): Promise<Answer> => {
    const texts = body.texts ?? [body.text!];
    const asked = body.model === undefined ? models.all : [models.get(body.model)];
    const signal = patienceFor(reply, options.timeoutMs);
    const passes = new Map<Engine, Promise<Float32Array>>();
    for (const { engine } of asked) {
      if (!passes.has(engine)) passes.set(engine, engine.batcher.submit(texts, signal));
    }
    const results = asked.map(async (model) => {
      const output = model.engine.outputOf(model, await passes.get(model.engine)!);
      return { model: model.name, predictions: answersOf(model.manifest, output, body) };
    });
    return { results: await Promise.all(results) };
  });
}

/** POST /neighbours. */
export function answerNeighbours(app: FastifyInstance, { models, options }: AppContext): void {
  const schema = {
    operationId: "neighbours",
    summary: "Find the labelled texts that are nearest to a text",
    body: neighboursBody(options.maxChars),
    response: { 200: NeighboursAnswer, ...refusals },
  };
  app.post<{ Body: NeighboursBody }>("/neighbours", { schema }, async ({ body }, reply) => {
    const { name, engine, examples } = body.model === undefined ? models.all[0] : models.get(body.model);
    if (!examples) throw new NoExamplesError(name);
    const rows = await engine.batcher.submit([body.text], patienceFor(reply, options.timeoutMs));
    return { model: name, neighbours: examples.nearest(engine.embeddingsOf(rows), body.count ?? 5) };
  });
}

/** Aborts when the time is up, or when the client hangs up. */
function patienceFor(reply: FastifyReply, timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new TimedOutError(timeoutMs)), timeoutMs);
  reply.raw.once("close", () => {
    clearTimeout(timer);
    if (!reply.raw.writableFinished) controller.abort(new ClientLeftError());
  });
  return controller.signal;
}
