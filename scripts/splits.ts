import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Dataset, loadDataset } from "../src/data/dataset.js";
import { encodeLabels, labelSetOf } from "../src/data/labels.js";
import type { Targets } from "../src/head/linear.js";

const data = join(process.env.HEADSTART_SHARED ?? "../shared", "data");

/** Hyper-parameters are chosen on these sets alone; the others are for reporting. */
export const tuningSets = ["sst2", "cr", "emotion", "trec6", "snips", "airline_sentiment", "massive_intent_en"];

/** One draw of training rows and the test rows of its set. */
export interface Draw {
  seed: number;
  texts: string[];
  targets: Targets & { kind: "single-label" };
  testTexts: string[];
  /** Classes of the test texts; -1 where the draw has no text of the class. */
  testLabels: Int32Array;
  labelNames: readonly string[];
}

/** Names of the fixed splits, `<set>-<shots>`, of sets with one label a row. */
export function splitNames(sets?: readonly string[], shots?: readonly string[]): string[] {
  return readdirSync(join(data, "splits"))
    .flatMap(
      (file) =>
        file
          .match(/^(.*)-(\d+)\.json$/)
          ?.slice(1, 3)
          .join("-") ?? [],
    )
    .filter((name) => {
      const [, set, count] = name.match(/^(.*)-(\d+)$/)!;
      return (!sets || sets.includes(set)) && (!shots || shots.includes(count));
    });
}

/** The first draws of a split. @param testCap at most so many test rows, evenly taken. */
export async function* drawsOf(split: string, seeds: number, testCap = Number.POSITIVE_INFINITY): AsyncGenerator<Draw> {
  const set = split.replace(/-\d+$/, "");
  const [train, test] = await Promise.all([load(set, "train"), load(set, "test")]);
  const known = readSplit<number[] | Record<string, number[]>>(`${set}-test`);
  const all = Array.isArray(known) ? known : Object.values(known)[0];
  const testRows = all.filter(
    (_, i) => Math.floor((i * testCap) / all.length) !== Math.floor(((i - 1) * testCap) / all.length),
  );
  const draws = Object.values(readSplit<Record<string, number[]>>(split)).slice(0, seeds);
  for (const [seed, rows] of draws.entries()) {
    const training = rowsOf(train, rows);
    const labelSet = labelSetOf(training);
    const testing = rowsOf(test, all.length <= testCap ? all : testRows);
    yield {
      seed,
      texts: [...training.texts],
      targets: { kind: "single-label", classes: labelSet.names.length, labels: encodeLabels(training, labelSet) },
      testTexts: [...testing.texts],
      testLabels: encodeLabels(testing, labelSet),
      labelNames: labelSet.names,
    };
  }
}

function load(set: string, part: "train" | "test"): Promise<Dataset> {
  return loadDataset(join(data, set, `${part}.csv`), { multiLabel: false });
}

function rowsOf(dataset: Dataset, rows: readonly number[]): Dataset {
  return { ...dataset, texts: rows.map((i) => dataset.texts[i]), labels: rows.map((i) => dataset.labels[i]) };
}

function readSplit<T>(name: string): T {
  return JSON.parse(readFileSync(join(data, "splits", `${name}.json`), "utf8"));
}
