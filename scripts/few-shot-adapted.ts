/**
 * Few-shot accuracy with the encoder adapted, beside the frozen default, on the fixed splits of the shared data.
 *
 *   npx tsx scripts/few-shot-adapted.ts --out adapted.jsonl [--sets sst2,cr] [--shots 8] [--seeds 10] [--test-cap 1000]
 *     [--depth 6] [--recipe '{"steps": 40}'] [--json]        (10 to 60 seconds a draw; a line of --out a draw, so that it can be resumed)
 *
 * For every <set>-<shots>.json: accuracy mean ± s.d. over the draws, of the frozen encoder learnt from texts alone, as `train` does it (labels' names
 * too, where they tell), and adapted as `train --adapt auto` does it, or as with --depth; the paired difference of the last two with its 95% interval, wins, seconds. `T` is the temperature that would have suited the test rows.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { featureSets } from "../src/classifier/feature-sets.js";
import { encodeLabelNames } from "../src/classifier/label-names.js";
import { strengthsFor } from "../src/classifier/options.js";
import { duplicateGroups } from "../src/data/duplicates.js";
import { Encoder } from "../src/encoder/encoder.js";
import { pairedSummary } from "../src/experiments/statistics.js";
import { fitTemperature } from "../src/head/calibration.js";
import { fitHead } from "../src/head/fit.js";
import { type Features, headLogits, selectRows } from "../src/head/linear.js";
import { silentLog } from "../src/log.js";
import { average as mean } from "../src/mean.js";
import { Random } from "../src/random.js";
import { loadTensorflow } from "../src/runtime/tensorflow.js";
import { namesMayTell, selectWithNames } from "../src/train/label-names.js";
import { trainAdapted } from "../src/train/train-adapted.js";
import { rowsForOneRepeat } from "../src/train/train-head.js";
import { type Draw, drawsOf, splitNames, tuningSets } from "./splits.js";

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    sets: { type: "string" },
    shots: { type: "string" },
    seeds: { type: "string", default: "10" },
    "test-cap": { type: "string", default: "1000" },
    encoder: { type: "string" },
    depth: { type: "string" },
    recipe: { type: "string", default: "{}" },
    json: { type: "boolean", default: false },
  },
});

const kinds = ["last", "last3"] as const;
type Sets = Record<string, Features>;

interface Result {
  split: string;
  seed: number;
  /** Of the frozen encoder, learnt from texts alone. */
  texts: number;
  /** What `train` does: texts and, where they tell, the labels' names. */
  frozen: number;
  adapted: number;
  /** Layers trained; 0 where the frozen encoder was kept. */
  depth: number;
  seconds: number;
  temperature: number;
}

const tensorflow = await loadTensorflow();
const encoder = await Encoder.open(values.encoder, { features: "last3" });
const results = values.out && existsSync(values.out) ? readResults(values.out) : [];
const splits = splitNames(values.sets?.split(","), values.shots?.split(","));
for (const split of splits) {
  for await (const draw of drawsOf(split, Number(values.seeds), Number(values["test-cap"]))) {
    if (results.some((known) => known.split === split && known.seed === draw.seed)) continue;
    const result = { split, seed: draw.seed, ...(await measure(draw)) };
    results.push(result);
    if (values.out) appendFileSync(values.out, `${JSON.stringify(result)}\n`);
  }
  if (!values.json)
    console.log(
      line(
        split,
        results.filter((result) => result.split === split),
      ),
    );
}
await encoder.dispose();
report();

async function measure(draw: Draw): Promise<Omit<Result, "split" | "seed">> {
  const { texts, targets, testTexts, labelNames } = draw;
  const features = await encoder.encode(texts);
  const groups = duplicateGroups(texts);
  const sets = featureSets(features);
  const testSets = featureSets(await encoder.encode(testTexts));
  const named = namesMayTell(targets) ? await encodeLabelNames(encoder, labelNames) : undefined;
  const fromTexts = await frozenHead(draw, sets);
  const frozen = named ? await frozenHead(draw, sets, featureSets(named.features)) : fromTexts;
  const { kind, C, names } = frozen;
  const startMs = performance.now();
  const fitted = await trainAdapted(
    tensorflow,
    encoder,
    texts,
    { features: sets[kind], kind, C, names: names?.[kind] },
    {
      request: values.depth === undefined ? "auto" : Number(values.depth),
      recipe: JSON.parse(values.recipe),
      targets,
      names: names && named?.texts,
      groups,
      classWeight: "none",
      random: new Random(draw.seed),
      threads: availableParallelism(),
      log: silentLog,
    },
  );
  const seconds = (performance.now() - startMs) / 1000;
  const frozenAnswers = headLogits(frozen.head, testSets[kind]);
  const { adapted, depth } = fitted;
  const logits = adapted ? headLogits(adapted.trained.head, await adapted.encoder.encode(testTexts)) : frozenAnswers;
  await adapted?.encoder.dispose();
  return {
    texts: accuracy(draw, headLogits(fromTexts.head, testSets[fromTexts.kind])),
    frozen: accuracy(draw, frozenAnswers),
    adapted: accuracy(draw, logits),
    depth,
    seconds,
    temperature: bestTemperature(draw, logits),
  };
}

/** A head as `train` chooses it, without --adapt. */
async function frozenHead({ texts, targets }: Draw, sets: Sets, given?: Sets) {
  const candidates = kinds.flatMap((features) => strengthsFor(texts.length).map((C) => ({ features, C })));
  const repeats = texts.length < rowsForOneRepeat ? 3 : 1;
  const options = { candidates, folds: 5, random: new Random(42), repeats, names: given };
  const { best, names } = await selectWithNames(tensorflow, sets, targets, options);
  const kind = best.features as (typeof kinds)[number];
  const { head } = await fitHead(tensorflow, sets[kind], targets, { C: best.C, names: names?.[kind] });
  return { head, kind, C: best.C, names };
}

/** Of the test texts whose class the draw has, in percent. */
function accuracy({ testLabels, targets }: Draw, logits: Float32Array): number {
  let [right, known] = [0, 0];
  for (const [row, label] of testLabels.entries()) {
    if (label < 0) continue;
    const own = logits.subarray(row * targets.classes, (row + 1) * targets.classes);
    known++;
    if (own.indexOf(own.reduce((a, b) => Math.max(a, b))) === label) right++;
  }
  return (100 * right) / known;
}

function bestTemperature({ testLabels, targets }: Draw, logits: Float32Array): number {
  const rows = [...testLabels.keys()].filter((row) => testLabels[row] >= 0);
  const labels = Int32Array.from(rows, (row) => testLabels[row]);
  return fitTemperature({ ...targets, labels }, selectRows(logits, targets.classes, rows));
}

function readResults(path: string): Result[] {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.map((text) => JSON.parse(text));
}

function deviation(numbers: readonly number[]): number {
  const centre = mean(numbers);
  return Math.sqrt(numbers.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, numbers.length - 1));
}

function line(split: string, rows: readonly Result[]): string {
  const [texts, frozen, adapted] = (["texts", "frozen", "adapted"] as const).map((key) => rows.map((row) => row[key]));
  const { difference, interval, wins } = pairedSummary(frozen, adapted);
  const within = interval ? ` ± ${(interval[1] - difference).toFixed(1)}` : "";
  const cells = [texts, frozen, adapted].map(
    (column) => `${mean(column).toFixed(1)} ± ${deviation(column).toFixed(1)}`,
  );
  const gain = `${difference >= 0 ? "+" : ""}${difference.toFixed(1)}${within}`;
  const temperature = Math.exp(mean(rows.map((row) => Math.log(row.temperature)))).toFixed(2);
  const seconds = mean(rows.map((row) => row.seconds)).toFixed(0);
  return `| ${split} | ${cells.join(" | ")} | ${gain} | ${wins}/${rows.length} | ${seconds} | ${temperature} |`;
}

function report(): void {
  if (values.json) return void console.log(JSON.stringify(results, null, 2));
  console.log("| set-shots | frozen, texts alone | frozen default | adapted | paired difference | wins | s | T |");
  const groups: [string, (split: string) => boolean][] = [
    ["tuning sets", (split) => tuningSets.includes(split.replace(/-\d+$/, ""))],
    ["8 shots", (split) => split.endsWith("-8")],
    ["64 shots", (split) => split.endsWith("-64")],
    ["all", () => true],
  ];
  for (const [title, belongs] of groups) {
    const part = splits.filter(belongs);
    if (part.length === 0) continue;
    const means = part.map((split) => {
      const rows = results.filter((result) => result.split === split);
      return (["texts", "frozen", "adapted"] as const).map((key) => mean(rows.map((row) => row[key])));
    });
    const [texts, frozen, adapted] = [0, 1, 2].map((column) => mean(means.map((row) => row[column])));
    const cells = [texts, frozen, adapted, adapted - frozen].map((value) => value.toFixed(2));
    console.log(`| mean of ${title}, ${part.length} | ${cells.join(" | ")} | | | |`);
  }
}
