import { duplicateGroups } from "../data/duplicates.js";
import type { Encoder } from "../encoder/encoder.js";
import { scoreSingleLabel } from "../evaluate/single-label.js";
import { type Features, selectFeatures, type Targets } from "../head/linear.js";
import type { Log } from "../log.js";
import { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { selectHead } from "../train/select.js";
import { type CompareResult, summarizeComparison } from "./compare-result.js";
import { CostEstimate } from "./cost.js";
import { type Draw, partialDraws } from "./draws.js";
import type { ExperimentData } from "./examples.js";
import { hScore } from "./h-score.js";
import { type LayerFeatures, layerFeatures } from "./layer-features.js";
import { logMe } from "./logme.js";
import { type Adaptation, trainAdaptedLayers } from "./methods.js";
import { nearestNeighbourAccuracy } from "./neighbours.js";
import { type FailedCell, type RunOptions, runCells } from "./run.js";

/** One measurement: all layers of an encoder on one draw of rows, or one training. */
export interface CompareCell {
  id: string;
  kind: "rank" | "train";
  encoder: string;
  draw: number;
}

/** What the layers of an encoder are worth on a draw, before any training of them. */
export interface LayerScores {
  logMe: number;
  hScore: number;
  neighbours: number;
  probeAccuracy: number;
  probeLogLoss: number;
}

/** What one cell gives. */
export type CompareScore =
  | { kind: "rank"; layers: LayerScores[]; textsPerSecond: number; megabytes: number }
  | { kind: "train"; accuracy: number; seconds: number };

export interface CompareOptions {
  draws: number;
  /** In a draw. */
  rows: number;
  /** Published lists of rows, in place of `rows` and `draws`. */
  splits?: readonly Draw[];
  seed: number;
  /** Verify by training: the layers that are trained. */
  train?: Adaptation;
}

/** Encoders by name; opened when a cell needs one. */
export interface CompareSetup {
  tensorflow: Tensorflow;
  log: Log;
  names: readonly string[];
  open(name: string): Promise<Encoder>;
}

/** Lists what a comparison measures. */
export function planComparison(names: readonly string[], options: CompareOptions): CompareCell[] {
  const { train, splits } = options;
  const draws = splits?.length ?? options.draws;
  const kinds = train ? (["rank", "train"] as const) : (["rank"] as const);
  return kinds.flatMap((kind) =>
    names.flatMap((encoder) =>
      Array.from({ length: draws }, (_, draw) => ({ id: `${kind}/${encoder}/draw=${draw}`, kind, encoder, draw })),
    ),
  );
}

/** The rows of each draw, taken at random from the pool: at most four fifths of it, so that draws differ. */
function comparedRows(data: ExperimentData, options: CompareOptions): readonly (readonly number[])[] {
  const { splits, draws, rows, seed } = options;
  return splits?.map((draw) => draw.rows) ?? partialDraws(data.texts.length, rows, draws, seed);
}

/** Ranks encoders and their layers; the test rows are used for nothing but scoring what `train` trains. */
export async function runComparison(
  data: ExperimentData,
  setup: CompareSetup,
  options: CompareOptions,
  run: RunOptions & { cost?(cell: CompareCell): number },
): Promise<{ result: CompareResult; failed: FailedCell[] }> {
  const draws = comparedRows(data, options);
  const texts = [...new Set(draws.flat().map((row) => data.texts[row]))];
  const known = new Map<string, Promise<LayerFeatures>>();
  const featuresOf = (name: string) => {
    const features = known.get(name) ?? encodedBy(setup, name, texts);
    known.set(name, features);
    return features;
  };
  const measure = async ({ kind, encoder, draw }: CompareCell): Promise<CompareScore> => {
    if (kind === "train") return train(data, draws[draw], setup, encoder, options, draw);
    const { layers, ...cost } = await featuresOf(encoder);
    const places = new Map(texts.map((text, i) => [text, i]));
    const rows = draws[draw].map((row) => places.get(data.texts[row])!);
    const ofRows = layers.map((layer) => selectFeatures(layer, rows));
    return { kind, layers: await scored(data, draws[draw], ofRows, setup.tensorflow, options), ...cost };
  };
  const cells = planComparison(setup.names, options);
  const { done, failed } = await runCells({ cells, cost: run.cost ?? (() => 1), run: measure }, run);
  return { result: summarizeComparison(done, data, setup.names), failed };
}

async function encodedBy({ open, log }: CompareSetup, name: string, texts: readonly string[]): Promise<LayerFeatures> {
  const encoder = await open(name);
  const bar = log.progress(`encoding with ${name}`, texts.length);
  try {
    return await layerFeatures(encoder, texts, (done) => bar.update(done));
  } finally {
    bar.stop();
    await encoder.dispose();
  }
}

async function scored(
  data: ExperimentData,
  rows: readonly number[],
  layers: readonly Features[],
  tensorflow: Tensorflow,
  { seed }: CompareOptions,
): Promise<LayerScores[]> {
  const classes = data.labelNames.length;
  const labels = Int32Array.from(rows, (row) => data.labels[row]);
  const targets: Targets = { kind: "single-label", classes, labels };
  const sets = Object.fromEntries(layers.map((features, layer) => [`${layer}`, features]));
  const groups = duplicateGroups(rows.map((row) => data.texts[row]));
  const candidates = Object.keys(sets).map((features) => ({ features, C: 1 }));
  const probe = await selectHead(tensorflow, sets, targets, { candidates, folds: 5, random: new Random(seed), groups });
  return layers.map((features, layer) => ({
    logMe: logMe(features, labels, classes),
    hScore: hScore(features, labels, classes),
    neighbours: nearestNeighbourAccuracy(features, labels),
    probeAccuracy: probe.scores[layer].accuracy,
    probeLogLoss: probe.scores[layer].meanLogLoss,
  }));
}

async function train(
  data: ExperimentData,
  rows: readonly number[],
  { open, tensorflow }: CompareSetup,
  name: string,
  options: CompareOptions,
  draw: number,
): Promise<CompareScore> {
  const encoder = await open(name);
  try {
    const labels = Int32Array.from(rows, (row) => data.labels[row]);
    const training = {
      texts: rows.map((row) => data.texts[row]),
      targets: { kind: "single-label" as const, classes: data.labelNames.length, labels },
    };
    const startMs = performance.now();
    const trained = await trainAdaptedLayers(
      { tensorflow, seed: options.seed + draw },
      encoder,
      training,
      options.train!,
    );
    const seconds = (performance.now() - startMs) / 1000;
    const probabilities = await trained.predict(data.testTexts);
    await trained.dispose();
    const input = { probabilities, labels: data.testLabels, labelNames: data.labelNames };
    return { kind: "train", accuracy: scoreSingleLabel(input, { resamples: 0 }).accuracy, seconds };
  } finally {
    await encoder.dispose();
  }
}

/** LogME, H-score, neighbours and a probe of one layer on a draw of some hundred rows. */
const SECONDS_PER_LAYER = 0.5;

/** Expected seconds of each cell, by id. */
export async function comparisonCosts(
  data: ExperimentData,
  setup: CompareSetup,
  options: CompareOptions,
): Promise<Map<string, number>> {
  const draws = comparedRows(data, options);
  const texts = [...new Set(draws.flat().map((row) => data.texts[row]))];
  const costs = new Map<string, number>();
  for (const name of setup.names) {
    const encoder = await setup.open(name);
    const estimate = await CostEstimate.of(encoder);
    const ranking = SECONDS_PER_LAYER * encoder.layers;
    const training = draws[0].map((row) => data.texts[row]);
    const { depth, recipe } = options.train ?? { depth: 1, recipe: undefined };
    const trained = options.train
      ? await estimate.adaptation(depth, training, data.testTexts, data.labelNames.length, recipe)
      : 0;
    await encoder.dispose();
    for (const cell of planComparison([name], options)) {
      const ranked = ranking + (cell.draw === 0 ? estimate.encoding(texts) : 0);
      costs.set(cell.id, cell.kind === "train" ? trained : ranked);
    }
  }
  return costs;
}
