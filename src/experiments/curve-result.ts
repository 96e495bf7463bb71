import type { Interval } from "../evaluate/types.js";
import { average } from "../mean.js";
import type { CurveCell } from "./curve.js";
import { type CurveMethod, fromScratch, transferring } from "./curve-methods.js";
import type { Shots } from "./draws.js";
import type { ExperimentData } from "./examples.js";
import { type ExchangeRate, exchangeRate } from "./exchange-rate.js";
import { fitPowerLaw } from "./power-law.js";
import { holm, type PairedSummary, pairedSummary, type Summary, summarize } from "./statistics.js";

/** What one cell gives. */
export interface CurveScore {
  accuracy: number;
  macroF1: number;
  /** Training rows. */
  rows: number;
}

/** A method at a number of labels a class. */
export interface CurvePoint {
  method: CurveMethod;
  shots: Shots;
  /** Labels a class: rows over classes. */
  perClass: number;
  accuracy: Summary;
  macroF1: Summary;
  /** Of one training with its scoring, mean. */
  seconds: number;
}

/** A transferring method beside one from scratch, on the same draws. */
export interface CurveComparison extends PairedSummary {
  shots: Shots;
  a: CurveMethod;
  b: CurveMethod;
  /** Holm's, over all comparisons of the curve. */
  correctedP: number | null;
}

/** What more labels would bring. */
export interface Extrapolation {
  method: CurveMethod;
  /** error = a n^−b */
  a: number;
  b: number;
  r2: number;
  warning?: string;
  at: { times: number; perClass: number; accuracy: number; interval: Interval }[];
}

/** A learning curve. */
export interface CurveResult {
  kind: "curve";
  data: string;
  classes: number;
  testRows: number;
  testOrigin: string;
  points: CurvePoint[];
  comparisons: CurveComparison[];
  exchange: ExchangeRate | null;
  extrapolations: Extrapolation[];
}

interface DoneCell {
  cell: CurveCell;
  seconds: number;
  result: CurveScore;
}

/** Sums the finished cells up. */
export function summarizeCurve(done: readonly DoneCell[], data: ExperimentData): CurveResult {
  const classes = data.labelNames.length;
  const points = [...groupBy(done, ({ cell }) => `${cell.method}/${cell.shots}`).values()].map((group): CurvePoint => {
    const [{ cell }] = group;
    return {
      method: cell.method,
      shots: cell.shots,
      perClass: average(group.map(({ result }) => result.rows)) / classes,
      accuracy: summarize(group.map(({ result }) => result.accuracy)),
      macroF1: summarize(group.map(({ result }) => result.macroF1)),
      seconds: average(group.map(({ seconds }) => seconds)),
    };
  });
  points.sort((a, b) => a.perClass - b.perClass);
  const methods = [...new Set(points.map(({ method }) => method))].filter((method) => method !== "majority");
  return {
    kind: "curve",
    data: data.name,
    classes,
    testRows: data.testLabels.length,
    testOrigin: data.testOrigin,
    points,
    comparisons: compared(done),
    exchange: exchangeRate(points),
    extrapolations: methods.flatMap((method) => extrapolated(method, points, data.testLabels.length) ?? []),
  };
}

function compared(done: readonly DoneCell[]): CurveComparison[] {
  const comparisons: CurveComparison[] = [];
  for (const ofSize of groupBy(done, ({ cell }) => `${cell.shots}`).values()) {
    const score = (method: CurveMethod) =>
      new Map(
        ofSize.filter(({ cell }) => cell.method === method).map(({ cell, result }) => [cell.draw, result.accuracy]),
      );
    for (const [a, b] of pairs) {
      const [ofA, ofB] = [score(a), score(b)];
      const draws = [...ofA.keys()].filter((draw) => ofB.has(draw));
      if (draws.length === 0) continue;
      const paired = pairedSummary(
        draws.map((draw) => ofA.get(draw)!),
        draws.map((draw) => ofB.get(draw)!),
      );
      comparisons.push({ shots: ofSize[0].cell.shots, a, b, ...paired, correctedP: null });
    }
  }
  const corrected = holm(comparisons.map(({ p }) => p));
  return comparisons.map((comparison, i) => ({ ...comparison, correctedP: corrected[i] }));
}

const pairs: readonly (readonly [CurveMethod, CurveMethod])[] = [
  ...fromScratch.flatMap((a) => transferring.map((b) => [a, b] as const)),
  ["head", "adapted"],
];

function extrapolated(method: CurveMethod, points: readonly CurvePoint[], testRows: number): Extrapolation | undefined {
  const own = points.filter((point) => point.method === method);
  const errors = own.map(({ perClass, accuracy }) => ({ n: perClass, error: 1 - accuracy.mean }));
  const law = fitPowerLaw(errors, testRows);
  if (!law) return undefined;
  const most = own[own.length - 1].perClass;
  const { a, b, r2, warning } = law;
  const at = [2, 4].map((times) => {
    const { error, interval } = law.errorAt(times * most);
    const accuracies: Interval = [1 - interval[1], 1 - interval[0]];
    return { times, perClass: times * most, accuracy: 1 - error, interval: accuracies };
  });
  return { method, a, b, r2, warning, at };
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
