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
import { parseArgs } from "node:util";
import { Encoder } from "../src/encoder/encoder.js";
import { pairedSummary } from "../src/experiments/statistics.js";
import { fitHead } from "../src/head/fit.js";
import { type Features, headLogits, probabilities, selectFeatures } from "../src/head/linear.js";
import { nextRows, type StrategyName } from "../src/label/strategies/index.js";
import { average } from "../src/mean.js";
import { Random } from "../src/random.js";
import { loadTensorflow } from "../src/runtime/tensorflow.js";
import { accuracy, type LabelPoolBench, MANY_CLASSES, openBench, reportedSets } from "./label-pool.js";

const resultsFile = ".cache/active-learning.jsonl";

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: reportedSets.join(",") },
    seeds: { type: "string", default: "10" },
    strategies: { type: "string", default: "random,auto,margin,entropy,badge" },
    fresh: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const seeds = [...Array(Number(values.seeds)).keys()];
const strategies = values.strategies.split(",") as StrategyName[];

interface Cell {
  set: string;
  strategy: StrategyName | "all labels";
  seed: number;
  /** Answers, and accuracy in percent. */
  curve: [number, number][];
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
  const bench = await openBench(set, encoder);
  for (const cell of wanted) {
    const curve =
      cell.strategy === "all labels" ? [await fullScore(bench)] : await curveOf(bench, cell.strategy, cell.seed);
    finished.set(idOf(cell), { ...cell, curve });
    appendFileSync(resultsFile, `${JSON.stringify({ ...cell, curve })}\n`);
  }
}

async function fullScore(bench: LabelPoolBench): Promise<[number, number]> {
  const rows = Int32Array.from(bench.labels.keys());
  return [rows.length, await testAccuracy(bench, rows)];
}

async function curveOf(bench: LabelPoolBench, strategy: StrategyName, seed: number): Promise<Cell["curve"]> {
  const { pool: features, labels, names } = bench;
  const classes = names.length;
  const [step, budget] = classes >= MANY_CLASSES ? [20, 400] : [5, 200];
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
    curve.push([answered.length, await testAccuracy(bench, answered)]);
  }
  return curve;
}

/** Probabilities [N, K] by a head on the rows; 0 for classes that they lack. */
async function predict(bench: LabelPoolBench, rows: Int32Array, features: Features): Promise<Float32Array> {
  const seen = [...new Set(rows.map((row) => bench.labels[row]))].sort((a, b) => a - b);
  const result = new Float32Array(features.rows * bench.names.length);
  const spread = (p: Float32Array) => {
    for (let at = 0; at < p.length; at++) {
      result[Math.floor(at / seen.length) * bench.names.length + seen[at % seen.length]] = p[at];
    }
    return result;
  };
  if (seen.length === 1) return spread(new Float32Array(features.rows).fill(1));
  const labels = rows.map((row) => seen.indexOf(bench.labels[row]));
  const targets = { kind: "single-label", classes: seen.length, labels } as const;
  const head = await headOf(bench, rows, targets);
  return spread(probabilities("single-label", headLogits(head, features), seen.length));
}

async function testAccuracy(bench: LabelPoolBench, rows: Int32Array): Promise<number> {
  return accuracy(await predict(bench, rows, bench.test), bench.testLabels, bench.names.length);
}

async function headOf(bench: LabelPoolBench, rows: Int32Array, targets: Parameters<typeof fitHead>[2]) {
  const known = heads.get(rows);
  if (known) return known;
  const { head } = await fitHead(tensorflow, selectFeatures(bench.pool, rows), targets, { C: 1, tolerance: 1e-4 });
  heads.set(rows, head);
  return head;
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
