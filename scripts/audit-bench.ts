/**
 * Label errors that were made on purpose: precision and recall of what `audit` flags, beside cleanlab on the same probabilities and rows.
 *
 *   npx tsx scripts/audit-bench.ts [--sets trec6] [--rows 3000] [--rules] [--python venv/bin/python]
 *
 * 5%, 10% and 20% of the labels of each set are changed: to any other class at random, or to the class that its class is most often taken for. --rules prints
 * all pruning rules on the tuning sets, by which the default was chosen. --python is one with cleanlab (scripts/peers/README.md).
 * About 4 minutes for all.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { confidentJoint } from "../src/audit/confident-joint.js";
import { labelErrors, type PruneRule } from "../src/audit/label-errors.js";
import { outOfFoldProbabilities } from "../src/audit/out-of-fold.js";
import { strengthsFor } from "../src/classifier/options.js";
import { type Dataset, loadDataset, selectRows } from "../src/data/dataset.js";
import { duplicateGroups } from "../src/data/duplicates.js";
import { encodeLabels, labelCounts, labelSetOf } from "../src/data/labels.js";
import { Encoder, lastOf } from "../src/encoder/encoder.js";
import { Random } from "../src/random.js";
import { loadTensorflow } from "../src/runtime/tensorflow.js";

const { values } = parseArgs({
  options: {
    sets: { type: "string" },
    rows: { type: "string", default: "3000" },
    rules: { type: "boolean", default: false },
    python: { type: "string" },
  },
});
const data = join(process.env.HEADSTART_SHARED ?? "../shared", "data");
const tuning = ["trec6", "snips", "emotion", "airline_sentiment", "sst2"];
const reporting = ["trec6", "massive_intent_en", "ag_news", "banking77"];
const rules: PruneRule[] = ["noise-rate", "class", "both", "confident", "argmax"];
const rates = [0.05, 0.1, 0.2];

interface Cell {
  name: string;
  set: string;
  classes: number;
  labels: Int32Array;
  probabilities: Float32Array;
  /** [N], 1 where the label was changed */
  changed: Uint8Array;
}

interface Score {
  precision: number;
  recall: number;
}

const tensorflow = await loadTensorflow();
const encoder = await Encoder.open(undefined, { features: "last3" });
const sets = values.sets?.split(",") ?? (values.rules ? tuning : reporting);
const cells: Cell[] = [];
for (const set of sets) cells.push(...(await cellsOf(set)));
await encoder.dispose();
if (values.rules) printRules();
else printBeside(values.python ? cleanlab(values.python) : undefined);

async function cellsOf(set: string): Promise<Cell[]> {
  const dataset = await drawn(set);
  const all = await encoder.encode(dataset.texts);
  const labelSet = labelSetOf(dataset);
  const classes = labelSet.names.length;
  const truth = encodeLabels(dataset, labelSet);
  const groups = duplicateGroups(dataset.texts);
  const candidates = ["last", "last3"].flatMap((features) => strengthsFor(all.rows).map((C) => ({ features, C })));
  const probabilitiesFor = async (labels: Int32Array) => {
    const targets = { kind: "single-label", classes, labels } as const;
    const options = { targets, groups, candidates, folds: 5, random: new Random(7) };
    return (await outOfFoldProbabilities(tensorflow, { last: lastOf(all), last3: all }, options)).probabilities;
  };
  const confusable = mostConfusable(await probabilitiesFor(truth), truth, classes);
  const made: Cell[] = [];
  for (const kind of ["random", "confusable"] as const) {
    for (const rate of rates) {
      const random = new Random(1000 * rate + (kind === "random" ? 0 : 1));
      const rows = random.shuffle([...truth.keys()]).slice(0, Math.round(rate * truth.length));
      const labels = truth.slice();
      const changed = new Uint8Array(truth.length);
      for (const row of rows) {
        labels[row] =
          kind === "random" ? (truth[row] + 1 + random.integer(classes - 1)) % classes : confusable[truth[row]];
        changed[row] = 1;
      }
      const name = `${set}, ${100 * rate}% ${kind}`;
      made.push({ name, set, classes, labels, probabilities: await probabilitiesFor(labels), changed });
      console.error(name);
    }
  }
  return made;
}

async function drawn(set: string): Promise<Dataset> {
  const dataset = await loadDataset(join(data, set, "train.csv"), { multiLabel: false });
  const counts = labelCounts(dataset);
  const rows = [...dataset.texts.keys()].filter((row) => (counts.get(dataset.labels[row][0]) ?? 0) >= 20);
  return selectRows(dataset, new Random(11).shuffle(rows).slice(0, Number(values.rows)));
}

/** [K], the other class of the largest mean probability among a class's rows. */
function mostConfusable(probabilities: Float32Array, truth: Int32Array, classes: number): number[] {
  const sums = new Float64Array(classes * classes);
  for (const [row, k] of truth.entries()) {
    for (let j = 0; j < classes; j++) if (j !== k) sums[k * classes + j] += probabilities[row * classes + j];
  }
  return Array.from({ length: classes }, (_, k) => {
    const own = sums.subarray(k * classes, (k + 1) * classes);
    return own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  });
}

function ours(cell: Cell, rule?: PruneRule): number[] {
  return labelErrors(cell, confidentJoint(cell), rule).map(({ row }) => row);
}

function scoreOf({ changed }: Cell, flagged: readonly number[]): Score {
  const hits = flagged.filter((row) => changed[row] === 1).length;
  return { precision: hits / Math.max(1, flagged.length), recall: hits / changed.reduce((a, b) => a + b, 0) };
}

function f1({ precision, recall }: Score): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

function cleanlab(python: string): Record<string, number[]>[] {
  const input = cells.map(({ name, classes, labels, probabilities }) =>
    JSON.stringify({ name, classes, labels: [...labels], probabilities: [...probabilities] }),
  );
  const { stdout, stderr, status } = spawnSync(python, ["scripts/peers/run_cleanlab.py"], {
    input: input.join("\n"),
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function printRules(): void {
  console.log("| rule | precision | recall | F1 |\n|---|---:|---:|---:|");
  for (const rule of rules) console.log(`| ${rule} | ${means(cells.map((cell) => scoreOf(cell, ours(cell, rule))))} |`);
}

function means(scores: readonly Score[]): string {
  const mean = (of: (score: Score) => number) =>
    (100 * scores.reduce((sum, score) => sum + of(score), 0)) / scores.length;
  return [mean(({ precision }) => precision), mean(({ recall }) => recall), mean(f1)]
    .map((value) => value.toFixed(1))
    .join(" | ");
}

function printBeside(theirs?: Record<string, number[]>[]): void {
  const names = theirs ? ["prune_by_noise_rate", "both"] : [];
  const heads = ["Headstart", ...names.map((name) => `cleanlab ${name}`)];
  console.log(`| labels changed | ${heads.map((head) => `${head}: precision | recall | F1`).join(" | ")} |`);
  console.log(`|---|${heads.map(() => "---:|---:|---:|").join("")}`);
  const flagged = (cell: Cell, at: number) => [ours(cell), ...names.map((name) => theirs![at][name])];
  const line = (name: string, of: Score[][]) => console.log(`| ${name} | ${of.map(means).join(" | ")} |`);
  const all = cells.map((cell, at) => flagged(cell, at).map((rows) => scoreOf(cell, rows)));
  for (const [at, scores] of all.entries())
    line(
      cells[at].name,
      scores.map((score) => [score]),
    );
  line(
    "mean",
    heads.map((_, h) => all.map((scores) => scores[h])),
  );
}
