/**
 * The 12 pairs of four domains of product reviews (Blitzer et al. 2007), the table that papers on domain adaptation print.
 *
 *   npx tsx scripts/amazon-transfer.ts --out amazon-run [--draws 1] [--shots all] [--max-tokens 128] [--adapt all] [--methods none,coral]
 *     [--json] [--plan]
 *     (3 to 4 hours on two cores with all methods, as --plan says; minutes for none,coral,self-training,few-labels,upper-bound once texts are
 *     encoded. The training on a source is shared by its three targets. Cells are kept in <out>/<pair>/cells.jsonl: run it again to go on.)
 *
 * Trains on 1,600 labelled source reviews, adapts to 1,600 unlabelled target reviews, scores on the target's 400 test reviews. Prints the
 * accuracy of every way for every pair, the means, and on how many pairs some adaptation without target labels beat none.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDataset } from "../src/data/dataset.js";
import { Encoder } from "../src/encoder/encoder.js";
import { SourceAdaptation } from "../src/experiments/source-adaptation.js";
import { runTransfer, type TransferData, type TransferOptions, transferCosts } from "../src/experiments/transfer.js";
import { transferData } from "../src/experiments/transfer-data.js";
import { type TransferMethod, transferMethods } from "../src/experiments/transfer-kinds.js";
import type { TransferResult } from "../src/experiments/transfer-result.js";
import { stderrLog } from "../src/log.js";
import { duration } from "../src/report/words.js";
import { loadTensorflow } from "../src/runtime/tensorflow.js";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "amazon-run" },
    draws: { type: "string", default: "1" },
    shots: { type: "string", default: "all" },
    pairs: { type: "string" },
    methods: { type: "string", default: transferMethods.join(",") },
    encoder: { type: "string" },
    adapt: { type: "string", default: "all" },
    "max-tokens": { type: "string", default: "128" },
    json: { type: "boolean", default: false },
    plan: { type: "boolean", default: false },
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
  adaptation: { depth: values.adapt === "all" ? 1000 : Number(values.adapt) },
};
const log = stderrLog();
const tensorflow = await loadTensorflow();
const encoder = await Encoder.open(values.encoder, { features: "last3", maxTokens: Number(values["max-tokens"]) });
const adapted = new SourceAdaptation();
const results: TransferResult[] = [];
let planned = 0;
for (const source of domains) {
  const targets = domains.filter((name) => name !== source).filter((name) => isWanted(`${source}-${name}`));
  for (const target of targets) {
    const pair = await pairOf(source, target);
    if (values.plan) planned += await secondsOf(pair, target !== targets[0]);
    else results.push(await measure(pair, join(values.out, `${source}-${target}`)));
    if (!values.plan && !values.json) console.log(line(results[results.length - 1]));
  }
}
await adapted.dispose();
await encoder.dispose();
if (values.plan) console.log(`about ${duration(planned)} on this machine by itself`);
else if (values.json) console.log(JSON.stringify(results, null, 2));
else summary();

function isWanted(pair: string): boolean {
  return !values.pairs || values.pairs.split(",").includes(pair);
}

async function secondsOf(pair: TransferData, sharesSource: boolean): Promise<number> {
  const costs = await transferCosts(pair, { tensorflow, encoder, log }, options);
  const own = [...costs].filter(([id]) => !(sharesSource && id.startsWith("adapted/")));
  return own.reduce((sum, [, seconds]) => sum + seconds, 0);
}

async function pairOf(source: string, target: string): Promise<TransferData> {
  const load = (name: string, part: string) =>
    loadDataset(join(data, `amazon_${name}`, `${part}.csv`), { multiLabel: false });
  const [labelled, unlabelled, test] = await Promise.all([
    load(source, "train"),
    load(target, "train"),
    load(target, "test"),
  ]);
  const pair = transferData(labelled, { labelled: unlabelled, test }, 42);
  return { ...pair, sourceName: source, targetName: target };
}

async function measure(pair: TransferData, folder: string): Promise<TransferResult> {
  const { methods: _, ...decisive } = options; // more methods may be added to a run
  const manifest = {
    experiment: "amazon-transfer",
    options: { ...decisive, encoder: encoder.fingerprint },
    data: pair.fingerprints,
    versions: {},
  };
  const { result, failed } = await runTransfer(pair, { tensorflow, encoder, log }, options, {
    folder,
    manifest,
    log,
    adapted,
  });
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
