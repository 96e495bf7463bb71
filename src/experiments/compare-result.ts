import type { CompareCell, CompareScore, LayerScores } from "./compare.js";
import type { ExperimentData } from "./examples.js";
import { holm, kendallTau, type PairedSummary, pairedSummary, type Summary, summarize } from "./statistics.js";

/** One layer of one encoder. */
export interface RankedLayer {
  encoder: string;
  /** From 1; the last one is what `train` uses. */
  layer: number;
  layers: number;
  scores: Record<keyof LayerScores, Summary>;
}

/** One encoder: cost, and what training made of it. */
export interface RankedEncoder {
  encoder: string;
  textsPerSecond: number;
  megabytes: number;
  /** Accuracy on the test rows after training; missing where nothing was trained. */
  trained?: Summary;
  trainedSeconds?: number;
  /** After training, against the encoder with the best probe on the same draws; missing for that one, and where nothing was trained. */
  trainedBehind?: PairedSummary & { correctedP: number | null };
  /** The last layer's probe against that of the encoder with the best one, on the same draws; null for the best itself. */
  behind: (PairedSummary & { correctedP: number | null }) | null;
}

/** How far two rankings agree. */
export interface Agreement {
  a: string;
  b: string;
  /** Kendall's τ_b; null where one of them ranks nothing. */
  tau: number | null;
}

export interface CompareResult {
  kind: "compare";
  data: string;
  classes: number;
  draws: number;
  testRows: number;
  testOrigin: string;
  layers: RankedLayer[];
  /** The best last layer by its probe first. */
  encoders: RankedEncoder[];
  /** Between the means over draws, of all layers. */
  agreements: Agreement[];
  /** With training, of the encoders' last layers; none below three encoders. */
  trainedAgreements: Agreement[];
  /** The encoder to take, and one that is faster and not told apart from it. */
  recommendation: { best: string; faster?: string; betterLayer?: number };
}

/** Two things are always in the same order or the opposite one. */
const FEWEST_TO_RANK = 3;

/** Metrics of a layer, in the direction that higher is better. */
export const metrics = ["logMe", "hScore", "neighbours", "probeAccuracy"] as const;

interface DoneCell {
  cell: CompareCell;
  result: CompareScore;
}

/** Sums the finished cells up. */
export function summarizeComparison(
  done: readonly DoneCell[],
  data: ExperimentData,
  names: readonly string[],
): CompareResult {
  const layers = names.flatMap((encoder) => layersOf(encoder, done));
  const encoders = encodersOf(names, done, layers);
  const best = encoders[0];
  const lastOf = (encoder: string) => layers.find((one) => one.encoder === encoder && one.layer === one.layers);
  const isClose = ({ behind }: RankedEncoder) => behind?.interval && behind.interval[1] >= 0;
  const faster = encoders
    .slice(1)
    .filter((one) => isClose(one) && best && one.textsPerSecond > 1.2 * best.textsPerSecond)
    .sort((a, b) => b.textsPerSecond - a.textsPerSecond)[0];
  const trained = encoders.filter((one) => one.trained && lastOf(one.encoder));
  return {
    kind: "compare",
    data: data.name,
    classes: data.labelNames.length,
    draws: Math.max(0, ...layers.map(({ scores }) => scores.logMe.draws)),
    testRows: data.testLabels.length,
    testOrigin: data.testOrigin,
    layers,
    encoders,
    agreements: pairsOf(metrics).map(([a, b]) => ({ a, b, tau: kendallTau(means(layers, a), means(layers, b)) })),
    trainedAgreements: metrics.flatMap((a) => {
      const ofLast = trained.map((one) => lastOf(one.encoder)!);
      const after = trained.map((one) => one.trained!.mean);
      return trained.length < FEWEST_TO_RANK ? [] : [{ a, b: "trained", tau: kendallTau(means(ofLast, a), after) }];
    }),
    recommendation: {
      best: best?.encoder ?? "",
      faster: faster?.encoder,
      betterLayer: best && betterLayer(best, done),
    },
  };
}

function layersOf(encoder: string, done: readonly DoneCell[]): RankedLayer[] {
  const draws = rankings(encoder, done);
  const layers = draws[0]?.layers.length ?? 0;
  return Array.from({ length: layers }, (_, i) => {
    const names = Object.keys(draws[0].layers[i]) as (keyof LayerScores)[];
    const scores = names.map((name) => [name, summarize(draws.map((draw) => draw.layers[i][name]))]);
    return { encoder, layer: i + 1, layers, scores: Object.fromEntries(scores) };
  });
}

function encodersOf(
  names: readonly string[],
  done: readonly DoneCell[],
  layers: readonly RankedLayer[],
): RankedEncoder[] {
  const known = names.filter((encoder) => rankings(encoder, done).length > 0);
  const probe = (encoder: string) =>
    layers.find((one) => one.encoder === encoder && one.layer === one.layers)!.scores.probeAccuracy.mean;
  known.sort((a, b) => probe(b) - probe(a));
  const ofDraws = (encoder: string) =>
    rankings(encoder, done).map((draw) => draw.layers[draw.layers.length - 1].probeAccuracy);
  const paired = known.slice(1).map((encoder) => {
    const [best, own] = [ofDraws(known[0]), ofDraws(encoder)];
    const draws = Math.min(best.length, own.length);
    return pairedSummary(best.slice(0, draws), own.slice(0, draws));
  });
  const corrected = holm(paired.map(({ p }) => p));
  const behindTrained = known.map((encoder, i) => (i === 0 ? null : trainedAgainst(known[0], encoder, done)));
  const correctedTrained = holm(behindTrained.map((found) => found?.p ?? null));
  return known.map((encoder, i) => {
    const { textsPerSecond, megabytes } = rankings(encoder, done)[0];
    const trained = trainings(encoder, done).map(({ result }) => result);
    const against = behindTrained[i];
    return {
      encoder,
      textsPerSecond,
      megabytes,
      behind: i === 0 ? null : { ...paired[i - 1], correctedP: corrected[i - 1] },
      ...(trained.length > 0 && {
        trained: summarize(trained.map(({ accuracy }) => accuracy)),
        trainedSeconds: trained.reduce((sum, { seconds }) => sum + seconds, 0) / trained.length,
      }),
      ...(against && { trainedBehind: { ...against, correctedP: correctedTrained[i] } }),
    };
  });
}

function trainings(encoder: string, done: readonly DoneCell[]) {
  return done.flatMap(({ cell, result }) =>
    result.kind === "train" && cell.encoder === encoder ? [{ draw: cell.draw, result }] : [],
  );
}

/** The draws on which both were trained. */
function trainedAgainst(best: string, encoder: string, done: readonly DoneCell[]): PairedSummary | null {
  const others = new Map(trainings(encoder, done).map(({ draw, result }) => [draw, result.accuracy]));
  const common = trainings(best, done).filter(({ draw }) => others.has(draw));
  if (common.length === 0) return null;
  return pairedSummary(
    common.map(({ result }) => result.accuracy),
    common.map(({ draw }) => others.get(draw)!),
  );
}

/** The layer below the last with the best probe, where it is better than the last by a paired t test, corrected for the layers (Holm). */
function betterLayer({ encoder }: RankedEncoder, done: readonly DoneCell[]): number | undefined {
  const draws = rankings(encoder, done).map(({ layers }) => layers.map(({ probeAccuracy }) => probeAccuracy));
  const below = draws[0].slice(0, -1).map((_, layer) =>
    pairedSummary(
      draws.map((of) => of[of.length - 1]),
      draws.map((of) => of[layer]),
    ),
  );
  const corrected = holm(below.map(({ p }) => p));
  const better = below.flatMap(({ difference }, i) => {
    const p = corrected[i];
    return difference > 0 && p !== null && p < 0.05 ? [{ layer: i + 1, difference }] : [];
  });
  return better.sort((a, b) => b.difference - a.difference)[0]?.layer;
}

function rankings(encoder: string, done: readonly DoneCell[]) {
  return done
    .filter(({ cell }) => cell.encoder === encoder)
    .sort((a, b) => a.cell.draw - b.cell.draw)
    .flatMap(({ result }) => (result.kind === "rank" ? [result] : []));
}

function means(layers: readonly RankedLayer[], metric: keyof LayerScores): number[] {
  return layers.map(({ scores }) => scores[metric].mean);
}

function pairsOf<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));
}
