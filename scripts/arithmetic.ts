/**
 * What `--arithmetic int8` changes: answers of the same saved folders in both arithmetics, on the fixed splits of the shared data.
 *
 *   npx tsx scripts/arithmetic.ts [--sets sst2,cr] [--shots 8,64] [--seeds 3] [--test-cap 1000] [--json]     (10 seconds a draw)
 *
 * For every <set>-<shots>.json: accuracy in float32 and int8, mean over the draws; the paired difference with its 95% interval (Student's t); the share of test
 * texts with the same answer; the largest difference of a probability; texts a second of both, end to end.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pairedSummary } from "../src/experiments/statistics.js";
import { TextClassifier } from "../src/index.js";
import { average } from "../src/mean.js";
import { arithmetics } from "../src/onnx/integer-arithmetic.js";
import { type Draw, drawsOf, splitNames } from "./splits.js";

const { values } = parseArgs({
  options: {
    sets: { type: "string" },
    shots: { type: "string" },
    seeds: { type: "string", default: "3" },
    "test-cap": { type: "string", default: "1000" },
    json: { type: "boolean", default: false },
  },
});

interface Result {
  split: string;
  seed: number;
  /** Float32's and int8's, in percent. */
  accuracy: number[];
  sameAnswers: number;
  largestDifference: number;
  textsPerSecond: number[];
}

const temporary = mkdtempSync(join(tmpdir(), "headstart-arithmetic-"));
const results: Result[] = [];
try {
  if (!values.json) console.log("| set-shots | float32 | int8 | difference | same answers | largest Δp | texts/s |");
  for (const split of splitNames(values.sets?.split(","), values.shots?.split(","))) {
    for await (const draw of drawsOf(split, Number(values.seeds), Number(values["test-cap"]))) {
      results.push({ split, seed: draw.seed, ...(await measure(draw)) });
    }
    if (!values.json) console.log(line(split));
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else console.log(line(""));
} finally {
  rmSync(temporary, { recursive: true });
}

async function measure(draw: Draw): Promise<Omit<Result, "split" | "seed">> {
  const examples = draw.texts.map((text, row) => ({ text, label: draw.labelNames[draw.targets.labels[row]] }));
  const trained = await TextClassifier.fit(examples, { multiLabel: false });
  const folder = join(temporary, "model");
  await trained.save(folder);
  await trained.dispose();
  const rows: Float32Array[] = [];
  const textsPerSecond: number[] = [];
  for (const arithmetic of arithmetics) {
    const model = await TextClassifier.load(folder, { arithmetic });
    await model.predictProba(draw.testTexts.slice(0, 32));
    const startMs = performance.now();
    rows.push(await model.predictProba(draw.testTexts));
    textsPerSecond.push((1000 * draw.testTexts.length) / (performance.now() - startMs));
    await model.dispose();
  }
  rmSync(folder, { recursive: true });
  const classes = draw.targets.classes;
  const answers = rows.map((p) => draw.testTexts.map((_, i) => best(p.subarray(i * classes, (i + 1) * classes))));
  const known = [...draw.testLabels.keys()].filter((row) => draw.testLabels[row] >= 0);
  return {
    accuracy: answers.map((own) => percent(known.map((row) => own[row] === draw.testLabels[row]))),
    sameAnswers: percent(answers[0].map((answer, row) => answer === answers[1][row])),
    largestDifference: rows[0].reduce((most, p, i) => Math.max(most, Math.abs(p - rows[1][i])), 0),
    textsPerSecond,
  };
}

function best(row: Float32Array): number {
  return row.indexOf(Math.max(...row));
}

function percent(flags: readonly boolean[]): number {
  return (100 * flags.filter(Boolean).length) / flags.length;
}

/** Of one split, or of all. */
function line(split: string): string {
  const own = results.filter((result) => !split || result.split === split);
  const mean = (of: (result: Result) => number) => average(own.map(of));
  const [float, int8] = [0, 1].map((which) => own.map(({ accuracy }) => accuracy[which]));
  const { difference, interval } = pairedSummary(float, int8);
  const within = interval ? ` ± ${(interval[1] - difference).toFixed(2)}` : "";
  const cells = [
    split || `mean of ${own.length} draws`,
    average(float).toFixed(1),
    average(int8).toFixed(1),
    `${difference >= 0 ? "+" : ""}${difference.toFixed(2)}${within}`,
    `${mean(({ sameAnswers }) => sameAnswers).toFixed(1)}%`,
    Math.max(...own.map(({ largestDifference }) => largestDifference)).toFixed(3),
    `${mean(({ textsPerSecond }) => textsPerSecond[0]).toFixed(0)} → ${mean(({ textsPerSecond }) => textsPerSecond[1]).toFixed(0)}`,
  ];
  return `| ${cells.join(" | ")} |`;
}
