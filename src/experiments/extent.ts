import { stratifiedFolds } from "../data/split.js";
import type { Encoder } from "../encoder/encoder.js";
import { fitHead } from "../head/fit.js";
import { type Features, headLogits, type LinearHead, probabilities, selectFeatures } from "../head/linear.js";
import { Random } from "../random.js";
import { accuracyOf } from "../train/select.js";
import { CostEstimate } from "./cost.js";
import type { ExperimentSetup } from "./curve.js";
import { type Draw, drawRows, partialDraws, type Shots } from "./draws.js";
import type { ExperimentData } from "./examples.js";
import { type ExtentResult, summarizeExtent } from "./extent-result.js";
import { type Adaptation, type TrainingRows, trainAdaptedLayers } from "./methods.js";
import { type RunOptions, runCells } from "./run.js";
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
): Promise<{ result: ExtentResult; failed: { id: string; error: string }[] }> {
  const { tensorflow, encoder } = setup;
  const plan = planExtent(data, encoder, options);
  const plain = encoder.kind === "last" ? encoder : await encoder.withModel(encoder.model, "last");
  let frozen: Promise<FrozenMeasures> | undefined;
  const measure = async (cell: ExtentCell): Promise<ExtentScore> => {
    const rows = plan.rowsOf(cell);
    const training: TrainingRows = {
      texts: rows.map((row) => data.texts[row]),
      targets: {
        kind: "single-label",
        classes: data.labelNames.length,
        labels: Int32Array.from(rows, (row) => data.labels[row]),
      },
    };
    frozen ??= frozenMeasures(setup, plain, options);
    const before = await frozen;
    if (cell.depth === 0) {
      const { head } = await fitHead(tensorflow, await plain.encode(training.texts), training.targets, { C: 1 });
      return scoresOf(plain, head, data, training, before);
    }
    const adaptation = { depth: cell.depth, recipe: options.recipe };
    const trained = await trainAdaptedLayers(
      { tensorflow, seed: options.seed + cell.draw },
      encoder,
      training,
      adaptation,
    );
    try {
      return await scoresOf(trained.encoder, trained.head, data, training, before);
    } finally {
      await trained.dispose();
    }
  };
  try {
    const { done, failed } = await runCells({ cells: plan.cells, cost: run.cost ?? (() => 1), run: measure }, run);
    return { result: summarizeExtent(done, data, options, encoder.layers), failed };
  } finally {
    if (plain !== encoder) await plain.dispose();
  }
}

/** Embeddings of the unrelated texts before any training, and a probe of their task. */
interface FrozenMeasures {
  unrelated: UnrelatedTask;
  embeddings: Features;
  probe?: { head: LinearHead; testRows: number[]; accuracy: number };
}

async function frozenMeasures(
  { tensorflow }: ExperimentSetup,
  encoder: Encoder,
  { unrelated, seed }: ExtentOptions,
): Promise<FrozenMeasures> {
  const embeddings = await encoder.encode(unrelated.texts);
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

async function scoresOf(
  encoder: Encoder,
  head: LinearHead,
  { testTexts, testLabels }: ExperimentData,
  { texts, targets }: TrainingRows,
  { unrelated, embeddings, probe }: FrozenMeasures,
): Promise<ExtentScore> {
  const said = async (given: readonly string[]) => {
    const logits = headLogits(head, await encoder.encode(given));
    return probabilities("single-label", logits, head.classes);
  };
  const test = await said(testTexts);
  const half = (which: number) => {
    const rows = [...testLabels.keys()].filter((row) => row % 2 === which);
    const right = rows.filter((row) => topOf(test, row, head.classes) === testLabels[row]);
    return right.length / rows.length;
  };
  const after = await encoder.encode(unrelated.texts);
  return {
    train: accuracyOf(targets, await said(texts)),
    choosing: half(0),
    heldOut: half(1),
    cosine: meanCosine(embeddings, after),
    probeLoss: probe ? probe.accuracy - probed(probe.head, after, probe.testRows, unrelated) : null,
  };
}

function topOf(rows: Float32Array, row: number, classes: number): number {
  const own = rows.subarray(row * classes, (row + 1) * classes);
  return own.indexOf(own.reduce((a, b) => Math.max(a, b)));
}

/** Expected seconds of each cell, by id. */
export async function extentCosts(
  data: ExperimentData,
  encoder: Encoder,
  options: ExtentOptions,
): Promise<Map<string, number>> {
  const { cells, depths, rowsOf } = planExtent(data, encoder, options);
  const estimate = await CostEstimate.of(encoder);
  const training = rowsOf(cells[0]).map((row) => data.texts[row]);
  const others = [...data.testTexts, ...options.unrelated.texts];
  const byDepth = new Map<number, number>();
  for (const depth of depths) {
    const seconds =
      depth === 0
        ? estimate.encoding([...training, ...others])
        : await estimate.adaptation(depth, training, others, data.labelNames.length, options.recipe);
    byDepth.set(depth, seconds);
  }
  return new Map(cells.map(({ id, depth }) => [id, byDepth.get(depth)!]));
}
