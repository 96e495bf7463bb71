/**
 * Scores that tell texts of no class: in-scope accuracy, recall of out-of-scope texts and AUROC.
 *
 *   npx tsx scripts/out-of-scope.ts [--report] [--seeds 3]
 *
 * Without --report on the tuning sets, by which the default was chosen: a third of the classes is left out of training, and the test texts of
 * these (near) and of two other sets (far) are out of scope. With --report on clinc150, whose class `oos` is left out of training, beside
 * published rows. The threshold keeps 95% of the training rows, held out in turn; no out-of-scope text has a part in it. About 3 and 2 minutes.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { strengthsFor } from "../src/classifier/options.js";
import { type Dataset, loadDataset, selectRows } from "../src/data/dataset.js";
import { duplicateGroups } from "../src/data/duplicates.js";
import { encodeLabels, labelCounts, labelSetOf } from "../src/data/labels.js";
import { Encoder, lastOf } from "../src/encoder/encoder.js";
import { fitInScope, scopeThreshold } from "../src/head/in-scope.js";
import { type Features, headLogits, selectFeatures } from "../src/head/linear.js";
import { stderrLog } from "../src/log.js";
import { Random } from "../src/random.js";
import { loadTensorflow } from "../src/runtime/tensorflow.js";
import { trainHead } from "../src/train/train-head.js";
import { distanceScores, largest, logitScores } from "./scope-scores.js";

const { values } = parseArgs({
  options: { report: { type: "boolean", default: false }, seeds: { type: "string", default: "3" } },
});
const data = join(process.env.HEADSTART_SHARED ?? "../shared", "data");
const tensorflow = await loadTensorflow();
const encoder = await Encoder.open(undefined, { features: "last3" });

interface Figures {
  auroc: number;
  recall: number;
  accuracy: number;
}

/** Scores by name of test texts in scope, of texts out of scope, and of training rows held out in turn. */
interface Scored {
  inside: Float64Array;
  outside: Record<string, Float64Array>;
  heldOut: Float64Array;
}

async function scored(train: Dataset, test: Dataset, outside: Record<string, readonly string[]>, seed: number) {
  const labelSet = labelSetOf(train);
  const classes = labelSet.names.length;
  const labels = encodeLabels(train, labelSet);
  const groups = duplicateGroups(train.texts);
  const all = await encoder.encode(train.texts);
  const trained = await trainHead(
    tensorflow,
    { last: lastOf(all), last3: all },
    {
      targets: { kind: "single-label", classes, labels },
      groups,
      strengths: strengthsFor(all.rows),
      classWeight: "none",
      folds: 5,
      random: new Random(seed),
      log: stderrLog({ quiet: true }),
    },
  );
  if (values.report) console.error(`trained: ${trained.features}, C ${trained.C}`);
  const used = (features: Features) => (trained.features === "last" ? lastOf(features) : features);
  const { rows, logits } = trained.outOfFold!;
  const parts: Record<string, Features> = { inside: await encoder.encode(test.texts) };
  for (const [name, texts] of Object.entries(outside)) parts[name] = await encoder.encode(texts);
  const partLogits = mapped(parts, (part) => headLogits(trained.head, used(part)));
  const scores: Record<string, Scored> = {};
  const add = (name: string, of: Record<string, Float64Array>, heldOut: Float64Array) => {
    const { inside, ...others } = of;
    scores[name] = { inside, outside: others, heldOut };
  };
  for (const [name, of] of Object.entries(logitScores)) {
    add(
      name,
      mapped(partLogits, (each) => byRow(each, classes, of)),
      byRow(logits, classes, of),
    );
  }
  const last = lastOf(all);
  for (const [name, fitted] of Object.entries(distanceScores)) {
    const whole = fitted(tensorflow, last, labels, classes);
    const heldOut = foldedOut(last, labels, classes, rows, name);
    if (values.report) console.error(`${name} fitted`);
    add(
      name,
      mapped(parts, (part) => whole(lastOf(part))),
      heldOut,
    );
  }
  for (const [name, withLogit] of [
    ["similarity", 0],
    ["similarity and logit", 1],
  ] as const) {
    const { score, scores: heldOut } = fitInScope({
      features: used(all),
      classes,
      labels,
      groups,
      rows,
      logits: withLogit ? logits : new Float32Array(logits.length),
    });
    const weights = {
      featureSize: used(all).size,
      classes,
      weights: score.prototypes!,
      bias: new Float32Array(classes),
    };
    const of = mapped(parts, (part) => byRow(headLogits(weights, used(part)), classes, largest));
    for (const [part, sums] of Object.entries(of)) {
      const tops = byRow(partLogits[part], classes, largest);
      for (let i = 0; i < sums.length; i++) sums[i] += withLogit * score.logitWeight * tops[i];
    }
    add(
      name,
      of,
      heldOut.map((value) => value - score.bias),
    );
  }
  const truth = encodeLabels(test, labelSet);
  const right = byRow(partLogits.inside, classes, (row) => row.indexOf(largest(row))).map((k, i) =>
    Number(k === truth[i]),
  );
  return { scores, right };
}

/** Scores of rows by what is fitted without a fifth of the rows each time. */
function foldedOut(
  features: Features,
  labels: Int32Array,
  classes: number,
  rows: Int32Array,
  name: string,
): Float64Array {
  const result = new Float64Array(rows.length);
  for (let fold = 0; fold < 5; fold++) {
    const out = [...rows.keys()].filter((i) => i % 5 === fold);
    const left = new Set(out.map((i) => rows[i]));
    const kept = [...labels.keys()].filter((row) => !left.has(row));
    const keptLabels = Int32Array.from(kept, (row) => labels[row]);
    const score = distanceScores[name](tensorflow, selectFeatures(features, kept), keptLabels, classes);
    score(
      selectFeatures(
        features,
        out.map((i) => rows[i]),
      ),
    ).forEach((value, i) => {
      result[out[i]] = value;
    });
  }
  return result;
}

function figuresOf({ inside, heldOut }: Scored, outside: Float64Array, right: Float64Array, keeps = 0.95): Figures {
  const threshold = scopeThreshold(heldOut, keeps);
  const kept = inside.filter((score, i) => score >= threshold && right[i] === 1).length;
  return {
    auroc: auroc(inside, outside),
    recall: outside.filter((score) => score < threshold).length / outside.length,
    accuracy: kept / inside.length,
  };
}

/** The chance that a text in scope scores above one out of scope (Mann–Whitney). */
function auroc(inside: Float64Array, outside: Float64Array): number {
  const sorted = outside.toSorted();
  let below = 0;
  for (const score of inside) below += (rank(sorted, score, false) + rank(sorted, score, true)) / 2;
  return below / (inside.length * outside.length);
}

function rank(sorted: Float64Array, value: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value || (orEqual && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byRow(matrix: Float32Array, width: number, of: (row: Float32Array) => number): Float64Array {
  return Float64Array.from({ length: matrix.length / width }, (_, i) =>
    of(matrix.subarray(i * width, (i + 1) * width)),
  );
}

function mapped<A, B>(record: Record<string, A>, of: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}

const load = (set: string, part: string) => loadDataset(join(data, set, `${part}.csv`), { multiLabel: false });
const percent = (value: number) => (100 * value).toFixed(1).padStart(6);

async function tune(): Promise<void> {
  const far: Record<string, string[]> = {
    massive_intent_en: ["sst2", "trec6"],
    snips: ["sst2", "trec6"],
    trec6: ["sst2", "snips"],
    emotion: ["snips", "trec6"],
    airline_sentiment: ["snips", "trec6"],
  };
  const rows: Record<string, { near: Figures[]; far: Figures[] }> = {};
  for (const [set, others] of Object.entries(far)) {
    const [train, test] = [await load(set, "train"), await load(set, "test")];
    const names = [...labelCounts(train)].filter(([, count]) => count >= 40).map(([name]) => name);
    const elsewhere = (await Promise.all(others.map((name) => load(name, "test")))).flatMap(({ texts }) =>
      texts.slice(0, 250),
    );
    for (const shots of [8, 100]) {
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const random = new Random(seed);
        const kept = new Set(random.shuffle([...names]).slice(Math.max(1, Math.round(names.length / 3))));
        const order = random.shuffle([...train.texts.keys()]);
        const drawn = [...kept].flatMap((name) => order.filter((row) => train.labels[row][0] === name).slice(0, shots));
        const isIn = (row: number) => kept.has(test.labels[row][0]);
        const unseen = [...test.texts.keys()].filter((row) => names.includes(test.labels[row][0]) && !isIn(row));
        const { scores, right } = await scored(
          selectRows(train, drawn),
          selectRows(test, [...test.texts.keys()].filter(isIn)),
          { near: unseen.map((row) => test.texts[row]), far: elsewhere },
          seed,
        );
        for (const [name, score] of Object.entries(scores)) {
          rows[name] ??= { near: [], far: [] };
          for (const part of ["near", "far"] as const)
            rows[name][part].push(figuresOf(score, score.outside[part], right));
        }
      }
      console.error(`${set}, ${shots} a class`);
    }
  }
  const mean = (figures: Figures[], key: keyof Figures) =>
    figures.reduce((sum, each) => sum + each[key], 0) / figures.length;
  console.log(
    "| score | AUROC near | AUROC far | recall near | recall far | accuracy |\n|---|---:|---:|---:|---:|---:|",
  );
  for (const [name, { near, far: away }] of Object.entries(rows)) {
    console.log(
      `| ${name} | ${percent(mean(near, "auroc"))} | ${percent(mean(away, "auroc"))} | ${percent(mean(near, "recall"))} | ${percent(mean(away, "recall"))} | ${percent(mean(near, "accuracy"))} |`,
    );
  }
}

async function report(): Promise<void> {
  const [train, test] = [await load("clinc150", "train"), await load("clinc150", "test")];
  const rowsOf = (set: Dataset, inScope: boolean) =>
    selectRows(
      set,
      [...set.texts.keys()].filter((row) => (set.labels[row][0] !== "oos") === inScope),
    );
  const outside = { oos: rowsOf(test, false).texts };
  const { scores, right } = await scored(rowsOf(train, true), rowsOf(test, true), outside, 42);
  console.log("| clinc150, `oos` unseen | keeps | in-scope accuracy | oos recall | AUROC |\n|---|---:|---:|---:|---:|");
  for (const [name, score] of Object.entries(scores)) {
    for (const keeps of name === "similarity and logit" ? [0.9, 0.95, 0.97, 0.99] : [0.95]) {
      const { accuracy, recall, auroc: area } = figuresOf(score, score.outside.oos, right, keeps);
      console.log(`| ${name} | ${100 * keeps}% | ${percent(accuracy)} | ${percent(recall)} | ${percent(area)} |`);
    }
  }
  for (const [name, accuracy, recall] of [
    ["SVM, published", 88.2, 18.0],
    ["MLP on frozen sentence embeddings, published", 93.4, 49.1],
    ["BERT, published", 96.2, 52.3],
  ] as const) {
    console.log(`| ${name} | | ${accuracy.toFixed(1)} | ${recall.toFixed(1)} | |`);
  }
}

await (values.report ? report() : tune());
await encoder.dispose();
