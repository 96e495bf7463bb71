/**
 * The comparison of load.ts: Transformers.js' text-classification pipeline behind the same HTTP framework, one request at a time, as its
 * documentation shows it. Prints its address; takes POST /predict {"text": …} or {"texts": […]}.
 *
 *   npx tsx scripts/load/plain-server.ts <model folder…>
 */
import { resolve } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import Fastify from "fastify";
import { collectDefaultMetrics, register } from "prom-client";

env.allowRemoteModels = false;
env.localModelPath = "/";
const folders = process.argv.slice(2).map((folder) => resolve(folder));
const classifiers = await Promise.all(
  folders.map((folder) => pipeline("text-classification", folder, { dtype: "fp32" })),
);
const app = Fastify();
app.post<{ Body: { text: string; texts?: string[] } }>("/predict", ({ body }) =>
  Promise.all(classifiers.map((classify) => classify(body.texts ?? body.text))),
);
collectDefaultMetrics();
app.get("/metrics", () => register.metrics());
app.get("/health", () => ({ status: "ok" }));
console.log(await app.listen({ port: 0 }));
