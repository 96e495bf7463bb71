import { average, standardError } from "../mean.js";
import type { ExperimentData } from "./examples.js";
import type { ExtentCell, ExtentOptions, ExtentScore } from "./extent.js";
import { holm, type PairedSummary, pairedSummary, type Summary, summarize } from "./statistics.js";

/** One extent of adaptation. */
export interface ExtentPoint {
  depth: number;
  train: Summary;
  heldOut: Summary;
  /** Train less held out. */
  gap: Summary;
  cosine: Summary;
  probeLoss: Summary | null;
  seconds: number;
  /** Held out, against the frozen encoder on the same draws; null for the frozen one itself. */
  gain: (PairedSummary & { correctedP: number | null }) | null;
}

export interface ExtentResult {
  kind: "extent";
  data: string;
  classes: number;
  layers: number;
  shots: ExtentOptions["shots"];
  draws: number;
  testRows: number;
  testOrigin: string;
  unrelated: string;
  points: ExtentPoint[];
  /** The most accurate on one half of the test rows; `heldOut` is of the other. */
  best: number;
  /** The least extent that is within a standard error of the best on the rows that choose (Breiman et al. 1984): as good is not better. */
  take: number;
  /** The least depth beyond the best at which held-out accuracy falls, on the draws, below that of the best while the train score does not. */
  overfitsFrom: number | null;
}

interface DoneCell {
  cell: ExtentCell;
  seconds: number;
  result: ExtentScore;
}

/** Sums the finished cells up. */
export function summarizeExtent(
  done: readonly DoneCell[],
  data: ExperimentData,
  options: ExtentOptions,
  layers: number,
): ExtentResult {
  const depths = [...new Set(done.map(({ cell }) => cell.depth))].sort((a, b) => a - b);
  const cellsOf = (depth: number) =>
    done.filter(({ cell }) => cell.depth === depth).sort((a, b) => a.cell.draw - b.cell.draw);
  const paired = (from: number, to: number) => {
    const [a, b] = [cellsOf(from), cellsOf(to)];
    const common = a.filter(({ cell }) => b.some((other) => other.cell.draw === cell.draw));
    const other = common.map(({ cell }) => b.find((one) => one.cell.draw === cell.draw)!.result.heldOut);
    return pairedSummary(
      common.map(({ result }) => result.heldOut),
      other,
    );
  };
  const gains = depths.map((depth) => (depth === 0 || depths[0] !== 0 ? null : paired(0, depth)));
  const corrected = holm(gains.map((gain) => gain?.p ?? null));
  const points = depths.map((depth, i): ExtentPoint => {
    const cells = cellsOf(depth);
    const of = (value: (score: ExtentScore) => number) => summarize(cells.map(({ result }) => value(result)));
    const gain = gains[i];
    return {
      depth,
      train: of(({ train }) => train),
      heldOut: of(({ heldOut }) => heldOut),
      gap: of(({ train, heldOut }) => train - heldOut),
      cosine: of(({ cosine }) => cosine),
      probeLoss: cells[0].result.probeLoss === null ? null : of(({ probeLoss }) => probeLoss!),
      seconds: average(cells.map(({ seconds }) => seconds)),
      gain: gain && { ...gain, correctedP: corrected[i] },
    };
  });
  const chosenBy = (depth: number) => average(cellsOf(depth).map(({ result }) => result.choosing));
  const best = depths.reduce((a, b) => (chosenBy(b) > chosenBy(a) ? b : a), depths[0] ?? 0);
  const behindBest = (depth: number) =>
    cellsOf(best).flatMap(({ cell, result }) => {
      const own = cellsOf(depth).find((one) => one.cell.draw === cell.draw);
      return own ? [result.choosing - own.result.choosing] : [];
    });
  const isAsGood = (behind: readonly number[]) => behind.length > 1 && average(behind) <= standardError(behind);
  const at = (depth: number) => points.find((point) => point.depth === depth)!;
  const overfits = depths.find((depth) => {
    if (depth <= best) return false;
    const { difference, interval } = paired(best, depth);
    const isWorse = interval ? interval[1] < 0 : difference < 0;
    return isWorse && at(depth).train.mean >= at(best).train.mean - 0.005;
  });
  return {
    kind: "extent",
    data: data.name,
    classes: data.labelNames.length,
    layers,
    shots: options.shots,
    draws: Math.max(0, ...points.map(({ heldOut }) => heldOut.draws)),
    testRows: data.testLabels.length,
    testOrigin: data.testOrigin,
    unrelated: options.unrelated.name,
    points,
    best,
    take: depths.find((depth) => depth === best || isAsGood(behindBest(depth))) ?? best,
    overfitsFrom: overfits ?? null,
  };
}
