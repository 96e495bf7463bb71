import { average } from "../mean.js";
import { holm, type PairedSummary, pairedSummary, type Summary, summarize } from "./statistics.js";
import type { TransferCell, TransferData, TransferScore } from "./transfer.js";
import { type TransferMethod, transferMethods } from "./transfer-kinds.js";
import type { TransferRows } from "./transfer-methods.js";

/** One way into the target. */
export interface TransferPoint {
  method: TransferMethod;
  accuracy: Summary;
  /** On each draw. */
  values: number[];
  /** Of one training with its scoring, with what it shared with others. */
  seconds: number;
  /** Against no adaptation, on the same draws; null for that row itself. */
  gain: (PairedSummary & { correctedP: number | null }) | null;
}

export interface TransferResult {
  kind: "transfer";
  source: string;
  target: string;
  classes: number;
  draws: number;
  sourceRows: number;
  unlabelledRows: number;
  fewRows: number;
  testRows: number;
  testOrigin: string;
  /** Proxy A-distance, 0 … 2. */
  distance: Summary | null;
  points: TransferPoint[];
}

interface DoneCell {
  cell: TransferCell;
  seconds: number;
  result: TransferScore;
}

/** Sums the finished cells up. @param rows of one draw, for their numbers */
export function summarizeTransfer(done: readonly DoneCell[], data: TransferData, rows: TransferRows): TransferResult {
  const cellsOf = (method: TransferCell["method"]) =>
    done.filter(({ cell }) => cell.method === method).sort((a, b) => a.cell.draw - b.cell.draw);
  const known = transferMethods.filter((method) => cellsOf(method).length > 0);
  const gains = known.map((method) => (method === "none" ? null : against(cellsOf("none"), cellsOf(method))));
  const corrected = holm(gains.map((gain) => gain?.p ?? null));
  const points = known.map((method, i): TransferPoint => {
    const values = cellsOf(method).map(({ result }) => result.value);
    const seconds = average(cellsOf(method).map((cell) => cell.seconds + (cell.result.sharedSeconds ?? 0)));
    const gain = gains[i];
    return {
      method,
      accuracy: summarize(values),
      values,
      seconds,
      gain: gain && { ...gain, correctedP: corrected[i] },
    };
  });
  const distances = cellsOf("distance").map(({ result }) => result.value);
  return {
    kind: "transfer",
    source: data.sourceName,
    target: data.targetName,
    classes: data.labelNames.length,
    draws: Math.max(0, ...points.map(({ accuracy }) => accuracy.draws)),
    sourceRows: rows.source.texts.length,
    unlabelledRows: rows.unlabelled.length,
    fewRows: rows.few?.texts.length ?? 0,
    testRows: data.test.texts.length,
    testOrigin: data.testOrigin,
    distance: distances.length > 0 ? summarize(distances) : null,
    points,
  };
}

function against(none: readonly DoneCell[], other: readonly DoneCell[]): PairedSummary | null {
  const pairs = none.flatMap(({ cell, result }) => {
    const found = other.find((one) => one.cell.draw === cell.draw);
    return found ? [[result.value, found.result.value]] : [];
  });
  if (pairs.length === 0) return null;
  return pairedSummary(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  );
}
