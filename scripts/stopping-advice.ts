/**
 * What `label` says of itself while labelling, beside the truth.
 *
 *   npx tsx scripts/stopping-advice.ts [--sets ag_news,subj] [--seeds 5] [--fresh] [--json]
 *
 * A session is replayed: the learner of `label` asks five texts of the pool of `active-learning.ts` at a time (ten from 40 classes on), with the names
 * of the labels to begin with, and is told their labels, up to 300 (600). After every tenth answer its advice is recorded, and its accuracy on the
 * test rows. Prints for each set how far the expected accuracy and the expected gain of 50 more answers are from the true ones, in points: mean
 * error and mean absolute error over sessions and steps; and where "they no longer change" first came, with what was left to gain.
 *
 * A finished session is a line of .cache/stopping-advice.jsonl and is not replayed again, unless --fresh. A session takes 5 to 20 seconds.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { Encoder } from "../src/encoder/encoder.js";
import { Learner } from "../src/label/learner.js";
import type { Outlook } from "../src/label/outlook.js";
import { propose } from "../src/label/proposer.js";
import { average } from "../src/mean.js";
import { loadTensorflow } from "../src/runtime/tensorflow.js";
import { accuracy, type LabelPoolBench, MANY_CLASSES, openBench, reportedSets } from "./label-pool.js";

const resultsFile = ".cache/stopping-advice.jsonl";

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: reportedSets.join(",") },
    seeds: { type: "string", default: "5" },
    fresh: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

/** What was said after so many answers, and the accuracy on the test rows, in percent. */
interface Step {
  answers: number;
  outlook: Outlook;
  accuracy: number;
}

interface Session {
  set: string;
  seed: number;
  steps: Step[];
}

const tensorflow = await loadTensorflow();
const encoder = await Encoder.open(undefined, { features: "last3" });
const seeds = [...Array(Number(values.seeds)).keys()];
const sets = values.sets.split(",");
mkdirSync(".cache", { recursive: true });
if (values.fresh) rmSync(resultsFile, { force: true });
const sessions: Session[] = existsSync(resultsFile)
  ? readFileSync(resultsFile, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
  : [];
for (const set of sets) {
  const wanted = seeds.filter((seed) => !sessions.some((done) => done.set === set && done.seed === seed));
  const bench = wanted.length > 0 ? await openBench(set, encoder) : undefined;
  for (const seed of wanted) {
    const session = { set, seed, steps: await replay(bench!, seed) };
    sessions.push(session);
    appendFileSync(resultsFile, `${JSON.stringify(session)}\n`);
  }
}
await encoder.dispose();
report();

async function replay(bench: LabelPoolBench, seed: number): Promise<Step[]> {
  const { texts, pool, labels, names, prototypes } = bench;
  const [ahead, budget] = names.length >= MANY_CLASSES ? [10, 600] : [5, 300];
  const order = [...labels.keys()];
  const learner = new Learner(tensorflow, { texts, order, multiLabel: false, strategy: "auto", ahead, seed });
  const isKnown = new Uint8Array(labels.length).fill(1);
  const answers: [row: number, labels: number[]][] = [];
  const steps: Step[] = [];
  while (answers.length <= budget) {
    const homework = { labels: names, descriptions: names, answers, closed: [] };
    const { proposals, outlook } = await learner.learn(pool, isKnown, prototypes, homework);
    if (answers.length % 10 === 0 && outlook) {
      const shares = propose(tensorflow, learner.proposer!, "single-label", bench.test);
      steps.push({ answers: answers.length, outlook, accuracy: accuracy(shares, bench.testLabels, names.length) });
    }
    for (const { row } of proposals) answers.push([row, [labels[row]]]);
  }
  return steps;
}

function report(): void {
  const rows = sets.map((set) => summary(sessions.filter((each) => each.set === set && seeds.includes(each.seed))));
  if (values.json) return void console.log(JSON.stringify(rows, null, 2));
  console.log(
    "| set | expected − true | absolute | of the gain: expected − true | absolute | stops | answers | left to gain |",
  );
  console.log(`|---|${"---:|".repeat(7)}`);
  for (const { set, level, gain, stops, sessions: all } of rows) {
    const cells = [level.mean, level.absolute, gain.mean, gain.absolute].map((value) => value.toFixed(1));
    const at =
      stops.length === 0
        ? ["", ""]
        : [average(stops.map(({ answers }) => answers)).toFixed(0), average(stops.map(({ left }) => left)).toFixed(1)];
    console.log(`| ${[set, ...cells, `${stops.length} of ${all}`, ...at].join(" | ")} |`);
  }
}

function summary(own: Session[]) {
  const steps = own.flatMap((session) => session.steps);
  const levels = steps.flatMap(({ outlook: { expectedAccuracy }, accuracy }) =>
    expectedAccuracy === undefined ? [] : [100 * expectedAccuracy - accuracy],
  );
  const gains = own.flatMap(({ steps }) =>
    steps.flatMap(({ answers, outlook, accuracy }) => {
      const later = steps.find((step) => step.answers === answers + 50);
      return outlook.gain && later ? [100 * outlook.gain.accuracy - (later.accuracy - accuracy)] : [];
    }),
  );
  const stops = own.flatMap(({ steps }) => {
    const stop = steps.find(({ outlook }) => outlook.isStable);
    return stop ? [{ answers: stop.answers, left: steps.at(-1)!.accuracy - stop.accuracy }] : [];
  });
  return {
    set: own[0].set,
    sessions: own.length,
    level: errorOf(levels),
    gain: errorOf(gains),
    stops,
  };
}

function errorOf(errors: number[]): { mean: number; absolute: number } {
  return { mean: average(errors), absolute: average(errors.map(Math.abs)) };
}
