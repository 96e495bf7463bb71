/**
 * Speed of adaptation: forward and backward of the last k layers, paired with the limit of this machine and with PyTorch.
 *
 *   npx tsx scripts/adapt-speed.ts [--depths 1,2,3,6] [--batch 32] [--tokens 32 | --set emotion] [--rounds 5] [--json]       (about 2 minutes)
 *     [--python <interpreter> [--torch-encoder <folder>]]     the same steps in PyTorch, see scripts/peers/README.md
 *
 * Every round times in turn: one MatMul of 768 × 768; for each depth six steps (forward, backward, optimiser), and six of PyTorch's.
 * Medians over the rounds. The share of the limit counts the multiply-adds of the layers' matrix
 * products, three times those of the forward pass, over tokens that are not padding. The texts are of one length, or those of a set of
 * the shared data: PyTorch pads them to the longest of a batch.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { productSpeed } from "../src/adapt/cost.js";
import { HiddenStates } from "../src/adapt/hidden-states.js";
import { RemoteLayers } from "../src/adapt/remote-layers.js";
import { prepareEncoder, tailGraphs } from "../src/adapt/tail-graphs.js";
import { loadDataset } from "../src/data/dataset.js";
import { Encoder } from "../src/encoder/encoder.js";
import { Random } from "../src/random.js";

const { values } = parseArgs({
  options: {
    depths: { type: "string", default: "1,2,3,6" },
    batch: { type: "string", default: "32" },
    tokens: { type: "string", default: "32" },
    set: { type: "string" },
    rounds: { type: "string", default: "5" },
    encoder: { type: "string" },
    python: { type: "string" },
    "torch-encoder": { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const [batch, tokens, rounds] = [values.batch, values.tokens, values.rounds].map(Number);
const depths = values.depths.split(",").map(Number);
const threads = availableParallelism();
/** Steps that one side takes before the other has its turn. */
const stepsInTurn = 6;

interface Subject {
  depth: number;
  flops: number;
  step(): Promise<void>;
  dispose(): Promise<void>;
}

const encoder = await Encoder.open(values.encoder, { features: "last", cacheFolder: null });
const trainable = await prepareEncoder(encoder.model, encoder.pooling);
const batches = await batchesOf(values.set);
const subjects: Subject[] = [];
for (const depth of depths) subjects.push(await subject(depth));
const torch = values.python ? await torchSteps(values.python) : undefined;
const times = { limit: [] as number[], step: depths.map((): number[] => []) };
const torchTimes = depths.map((): number[] => []);
for (let round = 0; round < rounds; round++) {
  times.limit.push((await productSpeed(threads)) / 1e9);
  for (const [i, each] of subjects.entries()) {
    times.step[i].push(await medianMs(() => each.step()));
    if (torch) torchTimes[i].push(await torch.step(each.depth));
  }
}
report();
torch?.stop();
for (const each of subjects) await each.dispose();
await encoder.dispose();

async function subject(depth: number): Promise<Subject> {
  const graphs = tailGraphs(trainable, depth);
  const states = await HiddenStates.compute(graphs.prefix, batches.flat(), { paddingId: encoder.tokenizer.paddingId });
  const layers = new RemoteLayers(graphs, states, threads);
  const random = new Random(1);
  const matrices = layers.layout.filter(({ dims }) => dims.length > 1);
  const width = Math.min(...matrices.flatMap(({ dims }) => dims)); // D
  const dE = Float32Array.from({ length: batch * width }, () => random.normal() / batch);
  const products = matrices.reduce((sum, { start, end }) => sum + end - start, 0);
  const lengths = batches.flat().map((ids) => ids.length);
  const perText = lengths.map((length) => products * length + 2 * depth * length ** 2 * width);
  let next = 0;
  const groups = layers.layout.map(({ start, end }) => ({ start, end, rate: 1e-9, weightDecay: 0.01, step: 1 }));
  return {
    depth,
    flops: (3 * 2 * perText.reduce((sum, value) => sum + value, 0)) / batches.length,
    async step() {
      const first = (next++ % batches.length) * batch;
      const texts = Array.from({ length: batch }, (_, i) => first + i);
      await layers.forward(texts);
      await layers.update(dE, { groups, clipNorm: 1, pull: 0 });
    },
    async dispose() {
      await layers.dispose();
      states.dispose();
    },
  };
}

/** Token ids of the batches that steps take in turn: random ones of one length, or texts of a set. */
async function batchesOf(set: string | undefined): Promise<number[][][]> {
  const random = new Random(1);
  if (!set)
    return [Array.from({ length: batch }, () => Array.from({ length: tokens }, () => 1000 + random.integer(20_000)))];
  const { texts } = await loadDataset(join(process.env.HEADSTART_SHARED ?? "../shared", "data", set, "train.csv"));
  const drawn = encoder.tokenize(random.shuffle([...texts]).slice(0, stepsInTurn * batch));
  return Array.from({ length: stepsInTurn }, (_, i) => drawn.slice(i * batch, (i + 1) * batch));
}

/** Asks a process for a few steps at a time, so that both take turns on the same machine. */
async function torchSteps(python: string) {
  const script = fileURLToPath(new URL("peers/torch_steps.py", import.meta.url));
  const folder = values["torch-encoder"] ?? encoder.source.folder;
  const child = spawn(python, [script, "--encoder", folder, "--threads", `${threads}`]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("The PyTorch process ended.");
    return JSON.parse(value) as { ms: number; optimizerMs: number };
  };
  await answer(); // it is ready
  return {
    async step(depth: number): Promise<number> {
      child.stdin.write(`${JSON.stringify({ layers: depth, batches, steps: stepsInTurn, warmUp: 1 })}\n`);
      const { ms, optimizerMs } = await answer();
      return ms + optimizerMs;
    },
    stop: () => child.stdin.end(),
  };
}

/** Of a few runs behind one that warms up. */
async function medianMs(work: () => Promise<void>): Promise<number> {
  await work();
  const runs: number[] = [];
  for (let run = 0; run < stepsInTurn; run++) runs.push(await milliseconds(work));
  return median(runs);
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report(): void {
  const limit = median(times.limit);
  const rows = subjects.map(({ depth, flops }, i) => {
    const step = median(times.step[i]);
    const speed = flops / step / 1e6;
    const peer = torch ? median(torchTimes[i]) : undefined;
    const share = median(times.step[i].map((ms, round) => flops / ms / 1e6 / times.limit[round]));
    const ratio = torch ? median(torchTimes[i].map((ms, round) => ms / times.step[i][round])) : undefined;
    return { depth, step, speed, share, torch: peer, ratio };
  });
  if (values.json) return void console.log(JSON.stringify({ batch, tokens, threads, limit, rows }, null, 2));
  console.log(
    `${batch} texts of ${values.set ?? `${tokens} tokens`}, ${threads} threads, ${rounds} rounds; limit ${limit.toFixed(0)} GFLOP/s`,
  );
  console.log("| layers | step, ms | GFLOP/s | share of the limit | PyTorch step, ms | PyTorch / ours |");
  console.log("|---:|---:|---:|---:|---:|---:|");
  for (const row of rows) {
    const peer = row.torch === undefined ? "– | –" : `${row.torch.toFixed(0)} | ${row.ratio!.toFixed(2)}`;
    const own = `${row.depth} | ${row.step.toFixed(0)} | ${row.speed.toFixed(0)} | ${(100 * row.share).toFixed(0)}%`;
    console.log(`| ${own} | ${peer} |`);
  }
}
