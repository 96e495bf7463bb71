import { FrozenLayers } from "../adapt/frozen-layers.js";
import type { Encoder } from "../encoder/encoder.js";
import { scoreSingleLabel } from "../evaluate/single-label.js";
import type { Log } from "../log.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { CostEstimate } from "./cost.js";
import type { CurveMethod } from "./curve-methods.js";
import { type CurveResult, type CurveScore, summarizeCurve } from "./curve-result.js";
import { type Draw, drawRows, type Shots, usualSizes } from "./draws.js";
import type { ExperimentData } from "./examples.js";
import { FeatureStore } from "./feature-store.js";
import {
  type Adaptation,
  majority,
  type Predictor,
  scratchRecipe,
  type TrainingRows,
  trainAdaptedLayers,
  trainBagOfWords,
  trainHeadOnly,
  trainRandomWeights,
} from "./methods.js";
import { type FailedCell, type RunOptions, runCells } from "./run.js";

/** One training of a learning curve. */
export interface CurveCell {
  id: string;
  method: CurveMethod;
  shots: Shots;
  draw: number;
}

export interface CurveOptions {
  methods: readonly CurveMethod[];
  /** 2, 4, 8 … all unless told. */
  sizes?: readonly Shots[];
  /** Published lists of training rows, in place of `sizes` and `draws`. */
  splits?: readonly Draw[];
  draws: number;
  nested: boolean;
  seed: number;
  adaptation: Adaptation;
  /** In place of parts of the recipe of the random weights. */
  scratchRecipe?: Adaptation["recipe"];
}

/** The cells of a learning curve with the rows that each trains on. */
export interface CurvePlan {
  cells: CurveCell[];
  rowsOf(cell: CurveCell): readonly number[];
}

/** Lists what a learning curve trains. All rows are there once, whatever the number of draws. */
export function planCurve(data: ExperimentData, options: CurveOptions): CurvePlan {
  const sizes = options.sizes ?? usualSizes(data.labels);
  const drawn = options.splits ?? drawRows(data.labels, sizes, options);
  const draws = drawn.filter(({ shots, draw }) => shots !== "all" || draw === 0);
  const cells = draws.flatMap(({ shots, draw }) =>
    options.methods.map((method) => ({ id: `${method}/shots=${shots}/draw=${draw}`, method, shots, draw })),
  );
  const order = (cell: CurveCell) => cell.draw; // all sizes of one draw first: an unfinished run shows whole curves
  return {
    cells: cells.sort((a, b) => order(a) - order(b)),
    rowsOf: ({ shots, draw }) => draws.find((found) => found.shots === shots && found.draw === draw)!.rows,
  };
}

/** What a run needs beside its options. */
export interface ExperimentSetup {
  tensorflow: Tensorflow;
  encoder: Encoder;
  log: Log;
}

/** Trains every cell and scores it on the test rows, which take part in nothing else. */
export async function runCurve(
  data: ExperimentData,
  setup: ExperimentSetup,
  options: CurveOptions,
  run: RunOptions & { cost?(cell: CurveCell): number },
): Promise<{ result: CurveResult; failed: FailedCell[] }> {
  const plan = planCurve(data, options);
  const used = new Set(plan.cells.flatMap((cell) => [...plan.rowsOf(cell)]));
  const trainedOn = [...used].map((row) => data.texts[row]);
  const store = new FeatureStore(setup.encoder, [...trainedOn, ...data.testTexts], setup.log);
  const frozenLayers = new FrozenLayers(setup.encoder, trainedOn);
  const scored = async (cell: CurveCell): Promise<CurveScore> => {
    const rows = plan.rowsOf(cell);
    const labels = Int32Array.from(rows, (row) => data.labels[row]);
    const training: TrainingRows = {
      texts: rows.map((row) => data.texts[row]),
      targets: { kind: "single-label", classes: data.labelNames.length, labels },
    };
    const probabilities = await predictedBy(cell, training, { store, frozenLayers }, setup, options, data.testTexts);
    const input = { probabilities, labels: data.testLabels, labelNames: data.labelNames };
    const { accuracy, macroF1 } = scoreSingleLabel(input, { resamples: 0 });
    return { accuracy, macroF1, rows: rows.length };
  };
  try {
    const { done, failed } = await runCells({ cells: plan.cells, cost: run.cost ?? (() => 1), run: scored }, run);
    return { result: summarizeCurve(done, data), failed };
  } finally {
    frozenLayers.dispose();
  }
}

async function predictedBy(
  cell: CurveCell,
  rows: TrainingRows,
  { store, frozenLayers }: { store: FeatureStore; frozenLayers: FrozenLayers },
  { tensorflow, encoder }: ExperimentSetup,
  { adaptation, scratchRecipe: changes, seed }: CurveOptions,
  texts: readonly string[],
): Promise<Float32Array> {
  const training = { tensorflow, store, frozenLayers, seed: seed + cell.draw };
  const simple: Partial<Record<CurveMethod, () => Promise<Predictor> | Predictor>> = {
    head: () => trainHeadOnly(training, rows),
    "bag-of-words": () => trainBagOfWords(training, rows),
    majority: () => majority(rows),
  };
  const train = simple[cell.method];
  if (train) return (await train())(texts);
  const trained =
    cell.method === "adapted"
      ? await trainAdaptedLayers(training, encoder, rows, adaptation)
      : await trainRandomWeights(training, encoder, rows, changes);
  try {
    return await trained.predict(texts);
  } finally {
    await trained.dispose();
  }
}

/** Seconds of a cell that trains no layers. */
const SECONDS_OF_HEAD = 0.7;

/** Expected seconds of each cell, by id. */
export async function curveCosts(
  data: ExperimentData,
  encoder: Encoder,
  options: CurveOptions,
): Promise<Map<string, number>> {
  const plan = planCurve(data, options);
  const estimate = await CostEstimate.of(encoder);
  const known = new Map<string, number>();
  const costs = new Map<string, number>();
  for (const cell of plan.cells) {
    const key = `${cell.method}/${cell.shots}`;
    const seconds = known.get(key) ?? (await secondsOf(cell, plan, data, estimate, options));
    known.set(key, seconds);
    costs.set(cell.id, seconds);
  }
  const needsFeatures = plan.cells.find(({ method }) => method === "head"); // which encodes the texts of all
  if (needsFeatures) {
    const seconds = estimate.encoding(textsOf(plan, data));
    costs.set(needsFeatures.id, costs.get(needsFeatures.id)! + seconds);
  }
  return costs;
}

/** All texts that are trained on or scored. */
function textsOf({ cells, rowsOf }: CurvePlan, { texts, testTexts }: ExperimentData): string[] {
  const used = new Set(cells.flatMap((cell) => [...rowsOf(cell)]));
  return [...[...used].map((row) => texts[row]), ...testTexts];
}

async function secondsOf(
  cell: CurveCell,
  plan: CurvePlan,
  { texts, testTexts, labelNames }: ExperimentData,
  estimate: CostEstimate,
  { adaptation, scratchRecipe: changes }: CurveOptions,
): Promise<number> {
  if (cell.method === "majority") return 0.01;
  if (cell.method !== "adapted" && cell.method !== "random-weights") return SECONDS_OF_HEAD;
  const training = plan.rowsOf(cell).map((row) => texts[row]);
  const isAdapted = cell.method === "adapted";
  const depth = isAdapted ? adaptation.depth : Number.POSITIVE_INFINITY;
  const recipe = isAdapted ? adaptation.recipe : (changes ?? scratchRecipe(training.length, labelNames.length));
  return estimate.adaptation(depth, training, testTexts, labelNames.length, recipe);
}
