import { FrozenLayers } from "../adapt/frozen-layers.js";
import { stratifiedFolds } from "../data/split.js";
import type { Encoder } from "../encoder/encoder.js";
import { fitHead } from "../head/fit.js";
import { type Features, headLogits, type LinearHead, selectFeatures, selectRows } from "../head/linear.js";
import { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type DepthFit, fitAtDepth } from "../train/fit-at-depth.js";
import { accuracyOf } from "../train/select.js";
import { CostEstimate } from "./cost.js";
import type { ExperimentSetup } from "./curve.js";
import { type Draw, drawRows, partialDraws, type Shots } from "./draws.js";
import type { ExperimentData } from "./examples.js";
import { type ExtentResult, summarizeExtent } from "./extent-result.js";
import { FeatureStore } from "./feature-store.js";
import { type Adaptation, adaptationPlan, type TrainingRows } from "./methods.js";
import { type FailedCell, type RunOptions, runCells } from "./run.js";
import { meanCosine, type UnrelatedTask } from "./unrelated.js";

/** One training at one depth. */
export interface ExtentCell {
  id: string;
  /** Layers trained; 0: a head on the frozen encoder. */
  depth: number;
  draw: number;
}

/** What one cell gives. */
export interface ExtentScore {
  /** Accuracy on the rows trained on. */
  train: number;
  /** On every second test row: the depth is chosen by these. */
  choosing: number;
  /** On the others, which choose nothing. */
  heldOut: number;
  /** Mean cosine between old and new embeddings of unrelated texts. */
  cosine: number;
  /** Accuracy that a probe of another task, fitted before, loses on the new embeddings; null where there is no such task. */
  probeLoss: number | null;
}

export interface ExtentOptions {
  /** 0 … L unless told. */
  depths?: readonly number[];
  shots: Shots;
  splits?: readonly Draw[];
  draws: number;
  seed: number;
  recipe?: Adaptation["recipe"];
  unrelated: UnrelatedTask;
}

/** Lists what is trained. */
export function planExtent(data: ExperimentData, encoder: Encoder, options: ExtentOptions) {
  const depths = options.depths ?? Array.from({ length: encoder.layers + 1 }, (_, depth) => depth);
  const draws = options.splits ?? drawsOf(data, options);
  const cells: ExtentCell[] = draws.flatMap(({ draw }) =>
    depths.map((depth) => ({ id: `depth=${depth}/draw=${draw}`, depth, draw })),
  );
  return { cells, depths, rowsOf: ({ draw }: ExtentCell) => draws.find((one) => one.draw === draw)!.rows };
}

function drawsOf({ labels }: ExperimentData, { shots, draws, seed }: ExtentOptions): Draw[] {
  if (shots !== "all") return drawRows(labels, [shots], { draws, seed, nested: true });
  return partialDraws(labels.length, labels.length, draws, seed).map((rows, draw) => ({ shots, draw, rows }));
}

/** Trains at every depth, and measures what it brings and what it costs. */
export async function runExtent(
  data: ExperimentData,
  setup: ExperimentSetup,
  options: ExtentOptions,
  run: RunOptions & { cost?(cell: ExtentCell): number },
): Promise<{ result: ExtentResult; failed: FailedCell[] }> {
  const { tensorflow, encoder, log } = setup;
  const { unrelated } = options;
  const plan = planExtent(data, encoder, options);
  const trainedOn = [...new Set(plan.cells.flatMap((cell) => [...plan.rowsOf(cell)]))].map((row) => data.texts[row]);
  const store = new FeatureStore(encoder, [...trainedOn, ...data.testTexts, ...unrelated.texts], log);
  const frozenLayers = new FrozenLayers(encoder, trainedOn);
  const features = async (texts: readonly string[]) => (await store.of(texts)).last;
  let frozen: Promise<FrozenMeasures> | undefined;
  const measure = async (cell: ExtentCell): Promise<ExtentScore> => {
    const rows = trainingRows(data, plan.rowsOf(cell));
    const heldOut = { texts: data.testTexts, features: await features(data.testTexts) };
    const parted = { ...rows, features: await features(rows.texts), heldOut };
    const training = { tensorflow, seed: options.seed + cell.draw, frozenLayers };
    const adaptation = { depth: cell.depth, recipe: options.recipe };
    frozen ??= frozenMeasures(tensorflow, await features(unrelated.texts), options);
    const before = await frozen;
    const fit = await fitAtDepth(tensorflow, encoder, parted, adaptationPlan(training, encoder, rows, adaptation));
    try {
      const after = (await fit.adapted?.encoder.encode(unrelated.texts)) ?? before.embeddings;
      return { ...scoresOf(fit, rows.targets, data), ...forgotten(before, after) };
    } finally {
      await fit.adapted?.encoder.dispose();
    }
  };
  try {
    const { done, failed } = await runCells({ cells: plan.cells, cost: run.cost ?? (() => 1), run: measure }, run);
    return { result: summarizeExtent(done, data, options, encoder.layers), failed };
  } finally {
    frozenLayers.dispose();
  }
}

function trainingRows({ texts, labels, labelNames }: ExperimentData, rows: readonly number[]): TrainingRows {
  const own = Int32Array.from(rows, (row) => labels[row]);
  return {
    texts: rows.map((row) => texts[row]),
    targets: { kind: "single-label", classes: labelNames.length, labels: own },
  };
}

/** One half of the test rows chooses the depth, the other scores it. */
function scoresOf(
  { own, heldOut }: DepthFit,
  targets: TrainingRows["targets"],
  { testLabels }: ExperimentData,
): Pick<ExtentScore, "train" | "choosing" | "heldOut"> {
  const half = (which: number) => {
    const rows = [...testLabels.keys()].filter((row) => row % 2 === which);
    const labels = Int32Array.from(rows, (row) => testLabels[row]);
    return accuracyOf({ ...targets, labels }, selectRows(heldOut, targets.classes, rows));
  };
  return { train: accuracyOf(targets, own), choosing: half(0), heldOut: half(1) };
}

/** Embeddings of the unrelated texts before any training, and a probe of their task. */
interface FrozenMeasures {
  unrelated: UnrelatedTask;
  embeddings: Features;
  probe?: { head: LinearHead; testRows: number[]; accuracy: number };
}

async function frozenMeasures(
  tensorflow: Tensorflow,
  embeddings: Features,
  { unrelated, seed }: ExtentOptions,
): Promise<FrozenMeasures> {
  const { labels, classes } = unrelated;
  if (!labels || !classes) return { unrelated, embeddings };
  const folds = stratifiedFolds(labels, 2, new Random(seed));
  const half = (which: number) => [...folds.keys()].filter((row) => folds[row] === which);
  const [training, testRows] = [half(0), half(1)];
  const targets = { kind: "single-label" as const, classes, labels: Int32Array.from(training, (row) => labels[row]) };
  const { head } = await fitHead(tensorflow, selectFeatures(embeddings, training), targets, { C: 1 });
  return { unrelated, embeddings, probe: { head, testRows, accuracy: probed(head, embeddings, testRows, unrelated) } };
}

function probed(head: LinearHead, embeddings: Features, rows: readonly number[], { labels, classes }: UnrelatedTask) {
  const targets = {
    kind: "single-label" as const,
    classes: classes!,
    labels: Int32Array.from(rows, (row) => labels![row]),
  };
  return accuracyOf(targets, headLogits(head, selectFeatures(embeddings, rows)));
}

function forgotten(
  { unrelated, embeddings, probe }: FrozenMeasures,
  after: Features,
): Pick<ExtentScore, "cosine" | "probeLoss"> {
  return {
    cosine: meanCosine(embeddings, after),
    probeLoss: probe ? probe.accuracy - probed(probe.head, after, probe.testRows, unrelated) : null,
  };
}

/** Expected seconds of each cell, by id. */
export async function extentCosts(
  data: ExperimentData,
  encoder: Encoder,
  options: ExtentOptions,
): Promise<Map<string, number>> {
  const { cells, depths, rowsOf } = planExtent(data, encoder, options);
  const estimate = await CostEstimate.of(encoder);
  const textsOf = (some: readonly ExtentCell[]) =>
    [...new Set(some.flatMap((cell) => [...rowsOf(cell)]))].map((row) => data.texts[row]);
  const training = textsOf(cells.slice(0, 1));
  const others = [...data.testTexts, ...options.unrelated.texts];
  const byDepth = new Map<number, number>();
  for (const depth of depths) {
    const seconds =
      depth === 0
        ? SECONDS_OF_HEAD
        : await estimate.adaptation(depth, training, others, data.labelNames.length, options.recipe);
    byDepth.set(depth, seconds);
  }
  const frozen = estimate.encoding([...textsOf(cells), ...others]); // once, with the first cell
  return new Map(cells.map(({ id, depth }, i) => [id, byDepth.get(depth)! + (i === 0 ? frozen : 0)]));
}

const SECONDS_OF_HEAD = 0.3;
