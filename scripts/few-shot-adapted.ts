/**
 * Few-shot accuracy with the encoder adapted, beside the frozen default, on the fixed splits of the shared data.
 *
 *   npx tsx scripts/few-shot-adapted.ts --out adapted.jsonl [--sets sst2,cr] [--shots 8] [--seeds 10] [--test-cap 1000]
 *     [--depth 6] [--recipe '{"steps": 40}'] [--json]        (10 to 60 seconds a draw; a line of --out a draw, so that it can be resumed)
 *
 * For every <set>-<shots>.json: accuracy mean ± s.d. over the draws, frozen as `train` chooses it and adapted as `train --adapt auto` does it, or
 * as with --depth; the paired difference with its 95% interval, wins, seconds. `T` is the temperature that would have suited the test rows.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { strengthsFor } from "../src/classifier/options.js";
import { duplicateGroups } from "../src/data/duplicates.js";
import { Encoder, lastOf } from "../src/encoder/encoder.js";
import { average as mean, pairedSummary } from "../src/experiments/statistics.js";
import { fitTemperature } from "../src/head/calibration.js";
import { fitHead } from "../src/head/fit.js";
import { type Features, headLogits, selectRows } from "../src/head/linear.js";
import { silentLog } from "../src/log.js";
import { Random } from "../src/random.js";
import { loadTensorflow } from "../src/runtime/tensorflow.js";
import { selectHead } from "../src/train/select.js";
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

interface Result {
  split: string;
  seed: number;
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
  const { texts, targets, testTexts } = draw;
  const sets = both(await encoder.encode(texts));
  const testSets = both(await encoder.encode(testTexts));
  const candidates = Object.keys(sets).flatMap((features) => strengthsFor(texts.length).map((C) => ({ features, C })));
  const repeats = texts.length < rowsForOneRepeat ? 3 : 1;
  const options = { candidates, folds: 5, random: new Random(42), repeats };
  const { best } = await selectHead(tensorflow, sets, targets, options);
  const { head } = await fitHead(tensorflow, sets[best.features as "last"], targets, { C: best.C });
  const startMs = performance.now();
  const fitted = await trainAdapted(
    tensorflow,
    encoder,
    texts,
    { features: sets[best.features as "last"], kind: best.features as "last", C: best.C },
    {
      request: values.depth === undefined ? "auto" : Number(values.depth),
      recipe: JSON.parse(values.recipe),
      targets,
      groups: duplicateGroups(texts),
      classWeight: "none",
      random: new Random(draw.seed),
      threads: availableParallelism(),
      log: silentLog,
    },
  );
  const seconds = (performance.now() - startMs) / 1000;
  const frozenAnswers = headLogits(head, testSets[best.features as "last"]);
  const { adapted, depth } = fitted;
  const logits = adapted ? headLogits(adapted.trained.head, await adapted.encoder.encode(testTexts)) : frozenAnswers;
  await adapted?.encoder.dispose();
  return {
    frozen: accuracy(draw, frozenAnswers),
    adapted: accuracy(draw, logits),
    depth,
    seconds,
    temperature: bestTemperature(draw, logits),
  };
}

function both(features: Features): { last: Features; last3: Features } {
  return { last: lastOf(features), last3: features };
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
  const [frozen, adapted] = [rows.map((row) => row.frozen), rows.map((row) => row.adapted)];
  const { difference, interval, wins } = pairedSummary(frozen, adapted);
  const within = interval ? ` ± ${(interval[1] - difference).toFixed(1)}` : "";
  const cells = [frozen, adapted].map((column) => `${mean(column).toFixed(1)} ± ${deviation(column).toFixed(1)}`);
  const gain = `${difference >= 0 ? "+" : ""}${difference.toFixed(1)}${within}`;
  const temperature = Math.exp(mean(rows.map((row) => Math.log(row.temperature)))).toFixed(2);
  const seconds = mean(rows.map((row) => row.seconds)).toFixed(0);
  return `| ${split} | ${cells.join(" | ")} | ${gain} | ${wins}/${rows.length} | ${seconds} | ${temperature} |`;
}

function report(): void {
  if (values.json) return void console.log(JSON.stringify(results, null, 2));
  console.log("| set-shots | frozen default | adapted | paired difference | wins | s | T |");
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
      return [mean(rows.map((row) => row.frozen)), mean(rows.map((row) => row.adapted))];
    });
    const [frozen, adapted] = [mean(means.map(([value]) => value)), mean(means.map(([, value]) => value))];
    console.log(
      `| mean of ${title}, ${part.length} | ${frozen.toFixed(2)} | ${adapted.toFixed(2)} | ${(adapted - frozen).toFixed(2)} | | | |`,
    );
  }
}
