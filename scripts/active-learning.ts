/**
 * Active learning from scratch, replayed: how much the choice of what to ask is worth.
 *
 *   npx tsx scripts/active-learning.ts [--sets ag_news,subj] [--seeds 10] [--strategies auto,margin] [--fresh] [--json]
 *
 * The pool is up to 2,000 rows of a set's train.csv (4,000 from 40 classes on), whose labels are uncovered in the order that a strategy asks for
 * them, 5 a step (20 from 40 classes on). After each step the head that `train` fits is scored on the rows of <set>-test.json. Prints for each
 * set the area under the learning curve (mean accuracy over all steps) of random, and by strategy the paired difference to it
 * with its 95% interval over the seeds; then the labels needed for 95% of the accuracy with all labels of the pool.
 *
 * `typical` is for the first questions; as the only strategy it is slow, and left out unless it is named.
 *
 * A finished cell is a line of .cache/active-learning.jsonl and is not computed again, unless --fresh. A cell takes 1 to 10 seconds.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDataset } from "../src/data/dataset.js";
import { duplicateGroups } from "../src/data/duplicates.js";
import { encodeLabels, labelSetOf } from "../src/data/labels.js";
import { Encoder, lastOf } from "../src/encoder/encoder.js";
import { average, pairedSummary } from "../src/experiments/statistics.js";
import { fitHead } from "../src/head/fit.js";
import { type Features, headLogits, probabilities, selectFeatures } from "../src/head/linear.js";
import { nextRows, type StrategyName } from "../src/label/strategies/index.js";
import { sample } from "../src/label/strategies/situation.js";
import { unitRows } from "../src/label/strategies/vectors.js";
import { Random } from "../src/random.js";
import { loadTensorflow } from "../src/runtime/tensorflow.js";

/** None of them took part in a choice; the strategies were chosen on sst2, cr, emotion, trec6, snips, airline_sentiment, massive_intent_en. */
const reported = ["ag_news", "subj", "sms_spam", "amazon_kitchen", "sst5", "hwu64"];
const resultsFile = ".cache/active-learning.jsonl";
const manyClasses = 40;

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: reported.join(",") },
    seeds: { type: "string", default: "10" },
    strategies: { type: "string", default: "random,auto,margin,entropy,badge" },
    fresh: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const data = join(process.env.HEADSTART_SHARED ?? "../shared", "data");
const seeds = [...Array(Number(values.seeds)).keys()];
const strategies = values.strategies.split(",") as StrategyName[];

interface Cell {
  set: string;
  strategy: StrategyName | "all labels";
  seed: number;
  /** Answers, and accuracy in percent. */
  curve: [number, number][];
}

interface Bench {
  classes: number;
  pool: Features;
  /** [pool] */
  labels: Int32Array;
  test: Features;
  testLabels: Int32Array;
}

/** A head serves pool and test rows. */
const heads = new WeakMap<Int32Array, Awaited<ReturnType<typeof fitHead>>["head"]>();
const tensorflow = await loadTensorflow();
const encoder = await Encoder.open(undefined, { features: "last3" });
const finished = finishedCells();
for (const set of values.sets.split(",")) await replay(set);
await encoder.dispose();
report();

function finishedCells(): Map<string, Cell> {
  mkdirSync(".cache", { recursive: true });
  if (values.fresh) rmSync(resultsFile, { force: true });
  const lines = existsSync(resultsFile) ? readFileSync(resultsFile, "utf8").split("\n") : [];
  const cells = lines.flatMap((line): Cell[] => {
    try {
      return [JSON.parse(line)];
    } catch {
      return []; // what a kill cut short
    }
  });
  return new Map(cells.map((cell) => [idOf(cell), cell]));
}

function idOf({ set, strategy, seed }: Pick<Cell, "set" | "strategy" | "seed">): string {
  return `${set}/${strategy}/${seed}`;
}

async function replay(set: string): Promise<void> {
  const wanted = [
    { set, strategy: "all labels" as const, seed: 0 },
    ...strategies.flatMap((strategy) => seeds.map((seed) => ({ set, strategy, seed }))),
  ].filter((cell) => !finished.has(idOf(cell)));
  if (wanted.length === 0) return;
  const bench = await openBench(set);
  for (const cell of wanted) {
    const curve =
      cell.strategy === "all labels" ? [await fullScore(bench)] : await curveOf(bench, cell.strategy, cell.seed);
    finished.set(idOf(cell), { ...cell, curve });
    appendFileSync(resultsFile, `${JSON.stringify({ ...cell, curve })}\n`);
  }
}

async function openBench(set: string): Promise<Bench> {
  const load = (part: string) => loadDataset(join(data, set, `${part}.csv`), { multiLabel: false, skipEmpty: true });
  const [train, test] = [await load("train"), await load("test")];
  const known = JSON.parse(readFileSync(join(data, "splits", `${set}-test.json`), "utf8"));
  const testRows: number[] = Array.isArray(known) ? known : (Object.values(known)[0] as number[]);
  const labelSet = labelSetOf(train);
  const classes = labelSet.names.length;
  const groups = duplicateGroups(train.texts);
  const distinct = Int32Array.from(groups.keys()).filter((row) => groups.indexOf(groups[row]) === row);
  const rows = sample(distinct, classes >= manyClasses ? 4000 : 2000, new Random(1));
  const encode = async (texts: string[]) => unitRows(lastOf(await encoder.encode(texts)));
  const [labels, testLabels] = [encodeLabels(train, labelSet), encodeLabels(test, labelSet)];
  return {
    classes,
    pool: await encode([...rows].map((row) => train.texts[row])),
    labels: rows.map((row) => labels[row]),
    test: await encode(testRows.map((row) => test.texts[row])),
    testLabels: Int32Array.from(testRows, (row) => testLabels[row]),
  };
}

async function fullScore(bench: Bench): Promise<[number, number]> {
  const rows = Int32Array.from(bench.labels.keys());
  return [rows.length, accuracy(await predict(bench, rows, bench.test), bench)];
}

async function curveOf(bench: Bench, strategy: StrategyName, seed: number): Promise<Cell["curve"]> {
  const { pool: features, classes, labels } = bench;
  const [step, budget] = classes >= manyClasses ? [20, 400] : [5, 200];
  const random = new Random(seed);
  const curve: Cell["curve"] = [];
  const open = new Set(labels.keys());
  let answered = new Int32Array(0);
  let probabilities: Float32Array | undefined;
  while (answered.length < budget) {
    const situation = {
      tensorflow,
      features,
      candidates: Int32Array.from(open),
      answered,
      kind: "single-label" as const,
      classes,
    };
    const isBegun = answered.length >= 10;
    const asked = nextRows(
      strategy,
      { ...situation, probabilities: isBegun ? probabilities : undefined },
      step,
      random,
    );
    for (const row of asked) open.delete(row);
    answered = Int32Array.of(...answered, ...asked);
    probabilities = await predict(bench, answered, features);
    curve.push([answered.length, accuracy(await predict(bench, answered, bench.test), bench)]);
  }
  return curve;
}

/** Probabilities [N, K] by a head on the rows; 0 for classes that they lack. */
async function predict(bench: Bench, rows: Int32Array, features: Features): Promise<Float32Array> {
  const seen = [...new Set(rows.map((row) => bench.labels[row]))].sort((a, b) => a - b);
  const result = new Float32Array(features.rows * bench.classes);
  const spread = (p: Float32Array) => {
    for (let at = 0; at < p.length; at++) {
      result[Math.floor(at / seen.length) * bench.classes + seen[at % seen.length]] = p[at];
    }
    return result;
  };
  if (seen.length === 1) return spread(new Float32Array(features.rows).fill(1));
  const labels = rows.map((row) => seen.indexOf(bench.labels[row]));
  const targets = { kind: "single-label", classes: seen.length, labels } as const;
  const head = await headOf(bench, rows, targets);
  return spread(probabilities("single-label", headLogits(head, features), seen.length));
}

async function headOf(bench: Bench, rows: Int32Array, targets: Parameters<typeof fitHead>[2]) {
  const known = heads.get(rows);
  if (known) return known;
  const { head } = await fitHead(tensorflow, selectFeatures(bench.pool, rows), targets, { C: 1, tolerance: 1e-4 });
  heads.set(rows, head);
  return head;
}

function accuracy(p: Float32Array, { testLabels, classes }: Bench): number {
  let right = 0;
  for (const [row, label] of testLabels.entries()) {
    const of = p.subarray(row * classes, (row + 1) * classes);
    if (of.indexOf(of.reduce((a, b) => Math.max(a, b))) === label) right++;
  }
  return (100 * right) / testLabels.length;
}

function report(): void {
  const results = values.sets.split(",").map((set) => resultOf(set));
  if (values.json) return void console.log(JSON.stringify(results, null, 2));
  const others = strategies.filter((strategy) => strategy !== "random");
  console.log(`| set | random | ${others.join(" | ")} |\n|---|---:|${others.map(() => "---:|").join("")}`);
  for (const { set, random, differences } of results) {
    const cells = others.map((name) => {
      const { difference, interval } = differences[name];
      return `${signed(difference)}${interval ? ` [${interval.map(signed).join(", ")}]` : ""}`;
    });
    console.log(`| ${set} | ${random.toFixed(1)} | ${cells.join(" | ")} |`);
  }
  console.log(
    `\n| set | all labels | 95% of it | ${strategies.join(" | ")} |\n|---|---:|---:|${strategies.map(() => "---:|").join("")}`,
  );
  for (const { set, full, needed } of results) {
    console.log(
      `| ${set} | ${full.toFixed(1)} | ${(0.95 * full).toFixed(1)} | ${strategies.map((name) => needed[name]).join(" | ")} |`,
    );
  }
}

function resultOf(set: string) {
  const full = finished.get(idOf({ set, strategy: "all labels", seed: 0 }))!.curve[0][1];
  const curves = (strategy: StrategyName) => seeds.map((seed) => finished.get(idOf({ set, strategy, seed }))!.curve);
  const areas = (strategy: StrategyName) => curves(strategy).map((curve) => average(curve.map(([, score]) => score)));
  const base = areas("random");
  return {
    set,
    full,
    random: average(base),
    differences: Object.fromEntries(strategies.map((name) => [name, pairedSummary(base, areas(name))])),
    needed: Object.fromEntries(strategies.map((name) => [name, labelsFor(0.95 * full, curves(name))])),
  };
}

/** The first step from which on the mean curve is there; `> 200` where it never is. */
function labelsFor(target: number, curves: Cell["curve"][]): string {
  const means = curves[0].map(([n], i) => [n, average(curves.map((curve) => curve[i][1]))] as const);
  const reached = means.find(([, score], i) => score >= target && (means[i + 1]?.[1] ?? score) >= target);
  return reached ? String(reached[0]) : `> ${means.at(-1)![0]}`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
}
