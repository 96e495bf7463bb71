/**
 * The comparison of load.ts: Transformers.js' text-classification pipeline behind the same HTTP framework, one request at a time, as its
 * documentation shows it. Prints its address; takes POST /predict {"text": …}.
 *
 *   npx tsx scripts/load/plain-server.ts <model folder>
 */
import { resolve } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import Fastify from "fastify";
import { collectDefaultMetrics, register } from "prom-client";

env.allowRemoteModels = false;
env.localModelPath = "/";
const classify = await pipeline("text-classification", resolve(process.argv[2]), { dtype: "fp32" });
const app = Fastify();
app.post<{ Body: { text: string } }>("/predict", async ({ body }) => classify(body.text));
collectDefaultMetrics();
app.get("/metrics", () => register.metrics());
app.get("/health", () => ({ status: "ok" }));
console.log(await app.listen({ port: 0 }));
