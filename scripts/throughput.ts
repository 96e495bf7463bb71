/**
 * Texts a second of `predict`, end to end, against Transformers.js' feature-extraction pipeline and a floating-point limit.
 *
 *   npx tsx scripts/throughput.ts [--texts 5000] [--rounds 3] [--json]     (about 3 minutes)
 *
 * Three things are run in turn, `rounds` times, and medians compared: Headstart (tokenise, bucket, encode, pool) on texts of
 * mixed length; the pipeline over batches of 32 in file order; one large onnxruntime MatMul on all cores, which says how many
 * multiply-adds a second this machine can do. The share is what Headstart's useful tokens need of that.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { env, pipeline } from "@huggingface/transformers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { loadDataset } from "../src/data/dataset.js";
import { Encoder } from "../src/encoder/encoder.js";
import { encodeModel } from "../src/onnx/model.js";
import type { ModelProto } from "../src/onnx/schema.js";
import { loadTokenizer } from "../src/runtime/transformers.js";

const { values } = parseArgs({
  options: {
    texts: { type: "string", default: "5000" },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});
const shared = process.env.HEADSTART_SHARED ?? "../shared";
const sets = ["sst2", "banking77", "ag_news", "cr", "subj", "amazon_kitchen", "snips", "trec6"];
env.allowRemoteModels = false;

const texts = await mixedTexts(Number(values.texts));
const tokenizer = await loadTokenizer(join(process.cwd(), "models/headstart-mini"));
const lengths = texts.map((text) => Math.min(256, tokenizer.encode(text).length));
const flop = lengths.reduce((sum, length) => sum + flopOf(length), 0);
const encoder = await Encoder.open(undefined, { cacheFolder: null });
const extract = await pipeline("feature-extraction", "./models/headstart-mini", { dtype: "fp32" });
await encoder.encode(texts.slice(0, 64));
await extract(texts.slice(0, 32), { pooling: "mean", normalize: true });

const rounds: Record<string, number>[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const headstart = await seconds(() => encoder.encode(texts));
  const plain = await seconds(async () => {
    for (let i = 0; i < texts.length; i += 32) {
      await extract(texts.slice(i, i + 32), { pooling: "mean", normalize: true });
    }
  });
  const flopPerSecond = await matMulLimit();
  rounds.push({
    textsPerSecond: texts.length / headstart,
    pipelineTextsPerSecond: texts.length / plain,
    ratio: plain / headstart,
    gflopPerSecond: flop / headstart / 1e9,
    limitGflopPerSecond: flopPerSecond / 1e9,
    shareOfLimit: flop / headstart / flopPerSecond,
  });
}
await encoder.dispose();
await extract.dispose();
const medians = Object.fromEntries(
  Object.keys(rounds[0]).map((key) => [key, median(rounds.map((round) => round[key]))]),
);
if (values.json) console.log(JSON.stringify({ texts: texts.length, medians, rounds }, null, 2));
else {
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  console.log(`${texts.length} texts, ${mean.toFixed(1)} tokens on average; medians of ${rounds.length} rounds`);
  for (const [name, value] of Object.entries(medians)) console.log(`${name.padEnd(24)} ${value.toFixed(2)}`);
}

async function mixedTexts(wanted: number): Promise<string[]> {
  const all = await Promise.all(sets.map((set) => loadDataset(join(shared, "data", set, "train.csv"))));
  return Array.from({ length: wanted }, (_, i) => {
    const { texts: rows } = all[i % all.length];
    return rows[(Math.floor(i / all.length) * 7) % rows.length];
  });
}

/** Multiply-adds × 2 of one text of T tokens in 6 layers of 384: projections and feed-forward, and attention's two products. */
function flopOf(tokens: number): number {
  const [layers, size] = [6, 384];
  return 2 * layers * tokens * (12 * size * size + 2 * tokens * size);
}

/** Floating-point operations a second of one product 2,048 × 2,048 × 2,048. */
async function matMulLimit(): Promise<number> {
  const size = 2048;
  const session = await InferenceSession.create(encodeModel(matMulModel(size)), {
    intraOpNumThreads: availableParallelism(),
  });
  const feed = () => new Tensor("float32", new Float32Array(size * size).fill(0.5), [size, size]);
  const feeds = { a: feed(), b: feed() };
  const times = [];
  for (let i = 0; i < 6; i++) times.push(await seconds(() => session.run(feeds)));
  await session.release();
  return (2 * size ** 3) / median(times);
}

function matMulModel(size: number): ModelProto {
  const info = (name: string) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: size }, { dimValue: size }] } } },
  });
  const node = { opType: "MatMul", input: ["a", "b"], output: ["c"], attribute: [] };
  const graph = {
    name: "g",
    node: [node],
    initializer: [],
    input: [info("a"), info("b")],
    output: [info("c")],
    valueInfo: [],
  };
  return { irVersion: 8, opsetImport: [{ domain: "", version: 17 }], graph };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
