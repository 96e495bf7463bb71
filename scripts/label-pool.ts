import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "../src/data/dataset.js";
import { duplicateGroups } from "../src/data/duplicates.js";
import { encodeLabels, labelSetOf } from "../src/data/labels.js";
import { type Encoder, lastOf } from "../src/encoder/encoder.js";
import type { Features } from "../src/head/linear.js";
import { sample } from "../src/label/strategies/situation.js";
import { unitRows } from "../src/label/strategies/vectors.js";
import { Random } from "../src/random.js";

/** None of them took part in a choice; the strategies were chosen on sst2, cr, emotion, trec6, snips, airline_sentiment, massive_intent_en. */
export const reportedSets = ["ag_news", "subj", "sms_spam", "amazon_kitchen", "sst5", "hwu64"];

/** From so many classes on, pools are larger, and so are the steps of a replay. */
export const MANY_CLASSES = 40;

/** Rows whose labels are uncovered one by one, and test rows that tell the truth. */
export interface LabelPoolBench {
  names: readonly string[];
  texts: string[];
  /** [N, F], rows of length 1 */
  pool: Features;
  /** [N] */
  labels: Int32Array;
  /** [K, F], of the labels' names */
  prototypes: Features;
  test: Features;
  testLabels: Int32Array;
}

/** Up to 2,000 distinct rows of a set's train.csv, 4,000 where classes are many, and the rows of <set>-test.json. */
export async function openBench(set: string, encoder: Encoder): Promise<LabelPoolBench> {
  const data = join(process.env.HEADSTART_SHARED ?? "../shared", "data");
  const load = (part: string) => loadDataset(join(data, set, `${part}.csv`), { multiLabel: false, skipEmpty: true });
  const [train, test] = [await load("train"), await load("test")];
  const known = JSON.parse(readFileSync(join(data, "splits", `${set}-test.json`), "utf8"));
  const testRows: number[] = Array.isArray(known) ? known : (Object.values(known)[0] as number[]);
  const labelSet = labelSetOf(train);
  const groups = duplicateGroups(train.texts);
  const distinct = Int32Array.from(groups.keys()).filter((row) => groups.indexOf(groups[row]) === row);
  const rows = sample(distinct, labelSet.names.length >= MANY_CLASSES ? 4000 : 2000, new Random(1));
  const encode = async (texts: readonly string[]) => unitRows(lastOf(await encoder.encode([...texts])));
  const [labels, testLabels] = [encodeLabels(train, labelSet), encodeLabels(test, labelSet)];
  const texts = [...rows].map((row) => train.texts[row]);
  return {
    names: labelSet.names,
    texts,
    pool: await encode(texts),
    labels: rows.map((row) => labels[row]),
    prototypes: await encode(labelSet.names),
    test: await encode(testRows.map((row) => test.texts[row])),
    testLabels: Int32Array.from(testRows, (row) => testLabels[row]),
  };
}

/** In percent, of probabilities [N, K]. */
export function accuracy(p: Float32Array, labels: Int32Array, classes: number): number {
  let right = 0;
  for (const [row, label] of labels.entries()) {
    const of = p.subarray(row * classes, (row + 1) * classes);
    if (of.indexOf(of.reduce((a, b) => Math.max(a, b))) === label) right++;
  }
  return (100 * right) / labels.length;
}
