/**
 * The 12 pairs of four domains of product reviews (Blitzer et al. 2007), the table that papers on domain adaptation print.
 *
 *   npx tsx scripts/amazon-transfer.ts --out amazon-run [--draws 1] [--shots all] [--max-tokens 128] [--methods none,coral] [--json]
 *     (about 11 minutes a pair and draw on two idle cores with all methods, 2½ hours for 12, estimated, not measured; seconds a pair for
 *     none,coral,self-training once texts are encoded. Cells are kept in <out>/<pair>/cells.jsonl: run it again to go on.)
 *
 * Trains on 1,600 labelled source reviews, adapts to 1,600 unlabelled target reviews, scores on the target's 400 test reviews. Prints the
 * accuracy of every way for every pair, the means, and on how many pairs some adaptation without target labels beat none.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDataset } from "../src/data/dataset.js";
import { Encoder } from "../src/encoder/encoder.js";
import { runTransfer, type TransferOptions } from "../src/experiments/transfer.js";
import { transferData } from "../src/experiments/transfer-data.js";
import { type TransferMethod, transferMethods } from "../src/experiments/transfer-kinds.js";
import type { TransferResult } from "../src/experiments/transfer-result.js";
import { stderrLog } from "../src/log.js";
import { loadTensorflow } from "../src/runtime/tensorflow.js";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "amazon-run" },
    draws: { type: "string", default: "1" },
    shots: { type: "string", default: "all" },
    pairs: { type: "string" },
    methods: { type: "string", default: transferMethods.join(",") },
    encoder: { type: "string" },
    "max-tokens": { type: "string", default: "128" },
    json: { type: "boolean", default: false },
  },
});
const data = join(process.env.HEADSTART_SHARED ?? "../shared", "data");
const domains = ["books", "dvd", "electronics", "kitchen"];
const methods = values.methods.split(",") as TransferMethod[];
const options: TransferOptions = {
  methods,
  sourceShots: values.shots === "all" ? "all" : Number(values.shots),
  targetRows: 1600,
  fewShots: 8,
  draws: Number(values.draws),
  seed: 42,
  adaptation: { depth: 1000 },
};
const log = stderrLog();
const tensorflow = await loadTensorflow();
const encoder = await Encoder.open(values.encoder, { features: "last3", maxTokens: Number(values["max-tokens"]) });
const results: TransferResult[] = [];
for (const source of domains) {
  for (const target of domains.filter((name) => name !== source)) {
    const pair = `${source}-${target}`;
    if (values.pairs && !values.pairs.split(",").includes(pair)) continue;
    results.push(await measure(source, target, join(values.out, pair)));
    if (!values.json) console.log(line(results[results.length - 1]));
  }
}
await encoder.dispose();
if (values.json) console.log(JSON.stringify(results, null, 2));
else summary();

async function measure(source: string, target: string, folder: string): Promise<TransferResult> {
  const load = (name: string, part: string) =>
    loadDataset(join(data, `amazon_${name}`, `${part}.csv`), { multiLabel: false });
  const [labelled, unlabelled, test] = await Promise.all([
    load(source, "train"),
    load(target, "train"),
    load(target, "test"),
  ]);
  const domainPair = transferData(labelled, { labelled: unlabelled, test }, 42);
  const pair = { ...domainPair, sourceName: source, targetName: target };
  const { methods: _, ...decisive } = options; // more methods may be added to a run
  const manifest = {
    experiment: "amazon-transfer",
    options: { ...decisive, encoder: encoder.fingerprint },
    data: pair.fingerprints,
    versions: {},
  };
  const { result, failed } = await runTransfer(pair, { tensorflow, encoder, log }, options, { folder, manifest, log });
  for (const { id, error } of failed) log.warn(`${id} failed: ${error}`);
  return result;
}

function accuracyOf({ points }: TransferResult, method: TransferMethod): number | undefined {
  return points.find((point) => point.method === method)?.accuracy.mean;
}

function line(result: TransferResult): string {
  const cells = methods.map((method) => {
    const accuracy = accuracyOf(result, method);
    return accuracy === undefined ? "–" : (100 * accuracy).toFixed(1);
  });
  return `| ${result.source} → ${result.target} | ${cells.join(" | ")} | ${result.distance?.mean.toFixed(2)} |`;
}

function summary(): void {
  console.log(`| pair | ${methods.join(" | ")} | A-distance |`);
  const means = methods.map((method) => {
    const known = results.flatMap((result) => accuracyOf(result, method) ?? []);
    return ((100 * known.reduce((sum, value) => sum + value, 0)) / known.length).toFixed(1);
  });
  console.log(`| mean of ${results.length} | ${means.join(" | ")} | |`);
  const ways: TransferMethod[] = ["coral", "self-training", "adapted", "adapted-pseudo"];
  const better = results.filter((result) => {
    const none = accuracyOf(result, "none") ?? 1;
    return ways.some((method) => (accuracyOf(result, method) ?? 0) > none);
  });
  console.log(`some way without target labels beat no adaptation on ${better.length} of ${results.length} pairs`);
  for (const method of ways.filter((way) => methods.includes(way))) {
    const wins = results.filter((result) => (accuracyOf(result, method) ?? 0) > (accuracyOf(result, "none") ?? 1));
    console.log(`  ${method} on ${wins.length}`);
  }
}
