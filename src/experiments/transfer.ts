import { FrozenLayers } from "../adapt/frozen-layers.js";
import { scoreSingleLabel } from "../evaluate/single-label.js";
import { CostEstimate } from "./cost.js";
import type { ExperimentSetup } from "./curve.js";
import { type Draw, type DrawOptions, drawRows, partialDraws, type Shots } from "./draws.js";
import { FeatureStore } from "./feature-store.js";
import type { Adaptation } from "./methods.js";
import { type FailedCell, type RunOptions, runCells } from "./run.js";
import type { RunManifest } from "./run-folder.js";
import { SourceAdaptation } from "./source-adaptation.js";
import { type TransferMethod, transferMethods } from "./transfer-kinds.js";
import { BELIEVED, type Labelled, proxyADistance, type TransferRows, transferred } from "./transfer-methods.js";
import { summarizeTransfer, type TransferResult } from "./transfer-result.js";

/** Two domains of one task. */
export interface TransferData {
  sourceName: string;
  targetName: string;
  labelNames: readonly string[];
  source: { texts: readonly string[]; labels: Int32Array };
  /** Labels are used by the rows that say so, and by no other; -1: a class that the source lacks; missing where they are not known. */
  target: { texts: readonly string[]; labels?: Int32Array };
  /** Target rows to score on, in neither of the above; -1: a class that the source lacks. */
  test: { texts: readonly string[]; labels: Int32Array };
  testOrigin: string;
  fingerprints: RunManifest["data"];
}

export interface TransferOptions extends Pick<DrawOptions, "draws" | "seed"> {
  methods: readonly TransferMethod[];
  /** Labels a class of the source. */
  sourceShots: Shots;
  /** Published lists of source rows, in place of `sourceShots` and `draws`. */
  splits?: readonly Draw[];
  /** Unlabelled texts of the target in a draw, at most. */
  targetRows: number;
  /** Labels a class of the target, for `few-labels`. */
  fewShots: number;
  adaptation: Adaptation;
}

/** One way into the target on one draw, or the distance between the domains. */
export interface TransferCell {
  id: string;
  method: TransferMethod | "distance";
  draw: number;
}

/** Accuracy on the target's test rows; of `distance` the proxy A-distance. */
export interface TransferScore {
  value: number;
  /** Of a training that it shared with another cell and that its own time lacks. */
  sharedSeconds?: number;
}

/** Lists what is trained: always the row without adaptation; those that need the target's labels where these are known. */
export function planTransfer(data: TransferData, options: TransferOptions): TransferCell[] {
  const known = transferMethods.filter(
    (method) => (method === "none" || options.methods.includes(method)) && (data.target.labels || !needsLabels(method)),
  );
  return Array.from({ length: drawsOf(options) }, (_, draw) => draw).flatMap((draw) =>
    (["distance", ...known] as const).map((method) => ({ id: `${method}/draw=${draw}`, method, draw })),
  );
}

function drawsOf({ splits, draws }: TransferOptions): number {
  return splits?.length ?? draws;
}

function needsLabels(method: TransferMethod): boolean {
  return method === "few-labels" || method === "upper-bound";
}

/** The rows of each draw. */
export function transferRows(data: TransferData, options: TransferOptions): TransferRows[] {
  const { seed, sourceShots, splits, targetRows, fewShots } = options;
  const draws = drawsOf(options);
  const rowsOfSource = data.source.labels.length;
  const sources = splits
    ? splits.map(({ rows }) => rows)
    : sourceShots === "all"
      ? partialDraws(rowsOfSource, rowsOfSource, draws, seed)
      : drawRows(data.source.labels, [sourceShots], { draws, seed, nested: true }).map(({ rows }) => rows);
  const target = labelledTarget(data);
  const few = target && drawRows(target.labels, [fewShots], { draws, seed: seed + 1, nested: true });
  const targets = partialDraws(data.target.texts.length, targetRows, draws, seed + 2);
  const pick = (
    { texts, labels: of }: { texts: readonly string[]; labels: Int32Array },
    rows: readonly number[],
  ): Labelled => ({
    texts: rows.map((row) => texts[row]),
    labels: rows.map((row) => of[row]),
  });
  return sources.map((rows, draw) => {
    const chosen = targets[draw];
    return {
      classes: data.labelNames.length,
      source: pick(data.source, rows),
      unlabelled: chosen.map((row) => data.target.texts[row]),
      few: target && few && pick(target, few[draw].rows),
      all: target && pick(target, placesOf(target.rows, chosen)),
    };
  });
}

/** The target's rows of classes that the source has. */
function labelledTarget({ target: { texts, labels } }: TransferData) {
  if (!labels) return undefined;
  const rows = [...labels.keys()].filter((row) => labels[row] >= 0);
  return { rows, texts: rows.map((row) => texts[row]), labels: Int32Array.from(rows, (row) => labels[row]) };
}

/** Where some of the chosen rows stand among the known ones; the others are left out. */
function placesOf(known: readonly number[], chosen: readonly number[]): number[] {
  const places = new Map(known.map((row, place) => [row, place]));
  return chosen.flatMap((row) => places.get(row) ?? []);
}

/**
 * Trains in every way on every draw, and scores on the target's test rows.
 * @param run adapted: of the targets before, where one source has several; disposed of by who gives it
 */
export async function runTransfer(
  data: TransferData,
  setup: ExperimentSetup,
  options: TransferOptions,
  run: RunOptions & { cost?(cell: TransferCell): number; adapted?: SourceAdaptation },
): Promise<{ result: TransferResult; failed: FailedCell[] }> {
  const { tensorflow, encoder, log } = setup;
  const adapted = run.adapted ?? new SourceAdaptation();
  const draws = transferRows(data, options);
  const texts = draws.flatMap(({ source, unlabelled, few }) => [...source.texts, ...unlabelled, ...(few?.texts ?? [])]);
  const store = new FeatureStore(encoder, [...texts, ...data.test.texts], log);
  const frozenLayers = new FrozenLayers(encoder, adaptedOn(options.methods, draws));
  const measure = async ({ method, draw }: TransferCell): Promise<TransferScore> => {
    const { seed, adaptation } = options;
    const training = { tensorflow, encoder, store, frozenLayers, adapted, seed: seed + draw, adaptation };
    const rows = draws[draw];
    if (method === "distance") return { value: await proxyADistance(training, rows.source.texts, rows.unlabelled) };
    const { probabilities, sharedSeconds } = await transferred(method, training, rows, data.test.texts);
    const input = { probabilities, labels: data.test.labels, labelNames: data.labelNames };
    const value = scoreSingleLabel(input, { resamples: 0 }).accuracy;
    return sharedSeconds > 0 ? { value, sharedSeconds } : { value };
  };
  const cells = planTransfer(data, options);
  try {
    const { done, failed } = await runCells({ cells, cost: run.cost ?? (() => 1), run: measure }, run);
    return { result: summarizeTransfer(done, data, draws[0]), failed };
  } finally {
    frozenLayers.dispose();
    if (!run.adapted) await adapted.dispose();
  }
}

/** The texts that some encoder is trained on. */
function adaptedOn(methods: readonly TransferMethod[], draws: readonly TransferRows[]): string[] {
  return draws.flatMap(({ source, unlabelled }) => [
    ...(methods.some((method) => method.startsWith("adapted")) ? source.texts : []),
    ...(methods.includes("adapted-pseudo") ? unlabelled : []),
  ]);
}

const SECONDS_OF_HEAD = 1;

/** Expected seconds of each cell, by id. */
export async function transferCosts(
  data: TransferData,
  { encoder }: ExperimentSetup,
  options: TransferOptions,
): Promise<Map<string, number>> {
  const draws = transferRows(data, options);
  const [{ source, unlabelled, classes }] = draws;
  const { depth, recipe } = options.adaptation;
  const estimate = await CostEstimate.of(encoder);
  const cells = planTransfer(data, options);
  const isPlanned = (name: TransferMethod) => cells.some(({ method }) => method === name);
  const adaptation = (texts: readonly string[], others: readonly string[]) =>
    estimate.adaptation(depth, texts, others, classes, recipe);
  const onSource = cells.some(({ method }) => method.startsWith("adapted"))
    ? await adaptation(source.texts, data.test.texts)
    : 0;
  const believed = [...source.texts, ...unlabelled.slice(0, Math.round(BELIEVED * unlabelled.length))];
  const onBoth = isPlanned("adapted-pseudo") ? await adaptation(believed, [...unlabelled, ...data.test.texts]) : 0;
  const all = new Set(draws.flatMap((rows) => [...rows.source.texts, ...rows.unlabelled]));
  const encoding = estimate.encoding([...all, ...data.test.texts]); // once, with the first cell
  const seconds = ({ method, draw }: TransferCell) => {
    if (method === "distance") return SECONDS_OF_HEAD + (draw === 0 ? encoding : 0);
    if (method === "adapted") return onSource;
    if (method === "adapted-pseudo") return isPlanned("adapted") ? onBoth : onSource + onBoth; // the first is shared
    return SECONDS_OF_HEAD;
  };
  return new Map(cells.map((cell) => [cell.id, seconds(cell)]));
}
