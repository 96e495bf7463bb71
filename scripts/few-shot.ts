/**
 * Few-shot accuracy of the frozen encoder with a linear head, on the fixed splits of the shared data.
 *
 *   npx tsx scripts/few-shot.ts [--sets sst2,cr] [--seeds 10] [--backend wasm] [--fresh] [--json]
 *
 * For every <set>-<shots>.json: mean ± s.d. of accuracy over the seeds' training rows, macro-F1 beside, tested on the rows
 * of <set>-test.json. Columns are head settings: features and strength C, learnt from texts alone; what cross-validation chooses on texts
 * alone; and the default, where the labels' names are learnt from as well.
 *
 * What is finished stands in .cache/few-shot.jsonl, one line for each set-shots, and is not done again; after a change to the
 * head, say --fresh.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { featureSets } from "../src/classifier/feature-sets.js";
import { encodeLabelNames } from "../src/classifier/label-names.js";
import { strengthsFor } from "../src/classifier/options.js";
import { type Dataset, loadDataset } from "../src/data/dataset.js";
import { duplicateGroups } from "../src/data/duplicates.js";
import { encodeLabels, labelSetOf } from "../src/data/labels.js";
import { Encoder, lastOf } from "../src/encoder/encoder.js";
import { scoreSingleLabel } from "../src/evaluate/single-label.js";
import { fitHead } from "../src/head/fit.js";
import { type Features, headLogits, probabilities, selectFeatures } from "../src/head/linear.js";
import { average as mean } from "../src/mean.js";
import { Random } from "../src/random.js";
import { loadTensorflow, type TensorflowBackend } from "../src/runtime/tensorflow.js";
import { namesMayTell, selectWithNames } from "../src/train/label-names.js";
import { rowsForOneRepeat } from "../src/train/train-head.js";

const { values } = parseArgs({
  options: {
    sets: { type: "string" },
    seeds: { type: "string", default: "10" },
    encoder: { type: "string" },
    dtype: { type: "string", default: "int8" },
    backend: { type: "string", default: "auto" },
    fresh: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const data = join(process.env.HEADSTART_SHARED ?? "../shared", "data");
const kinds = ["last", "last3"] as const;
const fixed = kinds.flatMap((features) => [1, 3].map((C) => ({ features, C })));
/** Chosen by cross-validation on the training rows, as `train` does it, without the labels' names and with them. */
const chosen = ["texts alone", "default"] as const;
const settings = [...fixed.map(({ features, C }) => `${features} C=${C}`), ...chosen];
const tuning = ["sst2", "cr", "emotion", "trec6", "snips", "airline_sentiment", "massive_intent_en"];

interface Row {
  split: string;
  /** The encoder's fingerprint and the number of seeds: lines of another run do not count. */
  run: string;
  tuning: boolean;
  accuracy: Record<string, number[]>;
  macroF1: Record<string, number[]>;
}

const tensorflow = await loadTensorflow({ backend: values.backend as TensorflowBackend });
const encoder = await Encoder.open(values.encoder, {
  features: "last3",
  dtype: values.dtype === "source" ? "source" : "int8",
});
const run = `${encoder.fingerprint.slice(0, 12)} ${values.seeds} seeds`;
const resultsFile = ".cache/few-shot.jsonl";
const finished = finishedRows();
const rows: Row[] = [];
for (const file of readdirSync(join(data, "splits")).filter((name) => /-\d+\.json$/.test(name))) {
  const [, set, shots] = file.match(/^(.*)-(\d+)\.json$/)!;
  if (values.sets && !values.sets.split(",").includes(set)) continue;
  const row = finished.get(`${set}-${shots}`) ?? (await measure(set, Number(shots)));
  if (!row) continue;
  rows.push(row);
  if (!finished.has(row.split)) appendFileSync(resultsFile, `${JSON.stringify(row)}\n`);
  if (!values.json) console.log(line(row));
}
await encoder.dispose();
report(rows);

function finishedRows(): Map<string, Row> {
  mkdirSync(".cache", { recursive: true });
  if (values.fresh) rmSync(resultsFile, { force: true });
  const text = existsSync(resultsFile) ? readFileSync(resultsFile, "utf8") : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1); // a kill may leave part of a line
  writeFileSync(resultsFile, whole);
  const known = whole
    .split("\n")
    .filter(Boolean)
    .map((json): Row => JSON.parse(json));
  return new Map(known.filter((row) => row.run === run).map((row) => [row.split, row]));
}

async function measure(set: string, shots: number): Promise<Row | undefined> {
  const train = await loadDataset(join(data, set, "train.csv"));
  if (train.multiLabel) return undefined;
  const test = await loadDataset(join(data, set, "test.csv"), { multiLabel: false });
  const splits = readJson<Record<string, number[]>>(`${set}-${shots}.json`);
  const testRows = readJson<number[] | Record<string, number[]>>(`${set}-test.json`);
  const testList = Array.isArray(testRows) ? testRows : Object.values(testRows)[0];
  const row: Row = { split: `${set}-${shots}`, run, tuning: tuning.includes(set), accuracy: {}, macroF1: {} };
  const testFeatures = await encoder.encode(testList.map((i) => test.texts[i]));
  for (const trainRows of Object.values(splits).slice(0, Number(values.seeds))) {
    const features = await encoder.encode(trainRows.map((i) => train.texts[i]));
    await scoreSeed(row, features, testFeatures, part(train, trainRows), part(test, testList));
  }
  return row;
}

function part(dataset: Dataset, rows: number[]): Dataset {
  return { ...dataset, texts: rows.map((i) => dataset.texts[i]), labels: rows.map((i) => dataset.labels[i]) };
}

async function scoreSeed(
  row: Row,
  train: Features,
  test: Features,
  trainRows: Dataset,
  testRows: Dataset,
): Promise<void> {
  const labelSet = labelSetOf(trainRows);
  const classes = labelSet.names.length;
  const targets = { kind: "single-label", classes, labels: encodeLabels(trainRows, labelSet) } as const;
  const known = encodeLabels(testRows, labelSet);
  const kept = [...known.keys()].filter((i) => known[i] >= 0);
  const labels = Int32Array.from(kept, (i) => known[i]);
  const trainSets = { last: lastOf(train), last3: train };
  const testKept = selectFeatures(test, kept);
  const testSets = { last: lastOf(testKept), last3: testKept };
  const groups = duplicateGroups(trainRows.texts);
  const nameSets = featureSets((await encodeLabelNames(encoder, labelSet.names)).features);
  const score = async (name: string, features: "last" | "last3", C: number, names?: typeof nameSets) => {
    const { head } = await fitHead(tensorflow, trainSets[features], targets, { C, names: names?.[features] });
    const predicted = probabilities("single-label", headLogits(head, testSets[features]), classes);
    const scores = scoreSingleLabel({ probabilities: predicted, labels, labelNames: labelSet.names }, { resamples: 0 });
    row.accuracy[name] = [...(row.accuracy[name] ?? []), 100 * scores.accuracy];
    row.macroF1[name] = [...(row.macroF1[name] ?? []), 100 * scores.macroF1];
  };
  for (const { features, C } of fixed) await score(`${features} C=${C}`, features, C);
  for (const name of chosen) {
    const candidates = kinds.flatMap((features) => strengthsFor(train.rows).map((C) => ({ features, C })));
    const names = name === "default" && namesMayTell(targets) ? nameSets : undefined;
    const repeats = train.rows < rowsForOneRepeat ? 3 : 1;
    const { best, names: learnt } = await selectWithNames(tensorflow, trainSets, targets, {
      candidates,
      folds: 5,
      random: new Random(42),
      groups,
      repeats,
      names,
    });
    await score(name, best.features as "last" | "last3", best.C, learnt);
  }
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(data, "splits", name), "utf8"));
}

function deviation(numbers: number[]): number {
  const centre = mean(numbers);
  return Math.sqrt(mean(numbers.map((value) => (value - centre) ** 2)) * (numbers.length / (numbers.length - 1 || 1)));
}

function line({ split, accuracy, macroF1 }: Row): string {
  const cells = Object.keys(accuracy).map(
    (name) =>
      `${mean(accuracy[name]).toFixed(1)} ± ${deviation(accuracy[name]).toFixed(1)} (${mean(macroF1[name]).toFixed(1)})`,
  );
  return `| ${split} | ${cells.join(" | ")} |`;
}

function report(all: Row[]): void {
  if (values.json) return void console.log(JSON.stringify(all, null, 2));
  console.log(`| set-shots | ${settings.join(" | ")} |`);
  for (const [title, part] of [
    ["mean of the tuning sets", all.filter((row) => row.tuning)],
    ["mean of all", all],
  ] as const) {
    if (part.length === 0) continue;
    const cells = settings.map((name) => mean(part.map((row) => mean(row.accuracy[name]))).toFixed(2));
    console.log(`| ${title}, ${part.length} | ${cells.join(" | ")} |`);
  }
}
