/**
 * How often near-duplicates have the same label: what `label --propagate` risks, by its threshold.
 *
 *   npx tsx scripts/propagate-threshold.ts [--sets trec6,snips]
 *
 * Pairs of texts of a set's train.csv (up to 12,000 rows) that are not equal but for case and spacing, by the cosine of their embeddings from which
 * they are taken: the share with equal labels and their number; of all such pairs, and of those that `label` joins, whose letters are nearly the same too.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDataset } from "../src/data/dataset.js";
import { duplicateGroups } from "../src/data/duplicates.js";
import { Encoder, lastOf } from "../src/encoder/encoder.js";
import { LETTERS_SHARED, lettersShared } from "../src/label/near-duplicates.js";
import { unitRows } from "../src/label/strategies/vectors.js";
import { eachPair } from "../src/neighbours/pairs.js";

const thresholds = [0.9, 0.93, 0.95, 0.97, 0.98];
const sets = "trec6,emotion,snips,airline_sentiment,massive_intent_en,hwu64,clinc150,banking77,sms_spam,ag_news";
const { values } = parseArgs({ options: { sets: { type: "string", default: sets } } });
const data = join(process.env.HEADSTART_SHARED ?? "../shared", "data");
const encoder = await Encoder.open(undefined, { features: "last3" });

interface Pair {
  cosine: number;
  letters: number;
  isSame: boolean;
}

console.log(`| set | pairs | ${thresholds.join(" | ")} |\n|---|---|${"---:|".repeat(thresholds.length)}`);
for (const set of values.sets.split(",")) {
  const pairs = await pairsOf(set);
  console.log(`| ${set} | near in meaning | ${cells(pairs)} |`);
  console.log(`| | and in letters | ${cells(pairs.filter(({ letters }) => letters >= LETTERS_SHARED))} |`);
}
await encoder.dispose();

async function pairsOf(set: string): Promise<Pair[]> {
  const all = await loadDataset(join(data, set, "train.csv"), { multiLabel: false, skipEmpty: true });
  const texts = all.texts.slice(0, 12_000);
  const features = unitRows(lastOf(await encoder.encode(texts)));
  const groups = duplicateGroups(texts);
  const pairs: Pair[] = [];
  const onPair = (i: number, j: number, cosine: number) => {
    if (groups[i] === groups[j]) return;
    pairs.push({ cosine, letters: lettersShared(texts[i], texts[j]), isSame: all.labels[i][0] === all.labels[j][0] });
  };
  await eachPair(features, undefined, { threshold: thresholds[0], onPair });
  return pairs;
}

function cells(pairs: readonly Pair[]): string {
  const cell = (threshold: number) => {
    const near = pairs.filter(({ cosine }) => cosine >= threshold);
    const same = near.filter(({ isSame }) => isSame).length;
    return near.length === 0
      ? "–"
      : `${((100 * same) / near.length).toFixed(1)}% of ${near.length.toLocaleString("en-US")}`;
  };
  return thresholds.map(cell).join(" | ");
}
