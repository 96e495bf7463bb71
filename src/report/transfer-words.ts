import type { TransferMethod } from "../experiments/transfer-kinds.js";
import type { TransferPoint, TransferResult } from "../experiments/transfer-result.js";
import { decimal } from "./format.js";
import { differenceWithin, drawsWarning, percentWithin, testRowsWarning } from "./words.js";

/** What readers call the ways into the target. */
export const transferNames: Record<TransferMethod, string> = {
  none: "no adaptation",
  coral: "CORAL",
  "self-training": "self-training",
  adapted: "adapted on source",
  "adapted-pseudo": "adapted + pseudo",
  "few-labels": "few target labels",
  "upper-bound": "target labels",
};

/** What adaptation brought or spoilt, in sentences. */
export function transferSentences({ points, distance, fewRows }: TransferResult): string[] {
  const none = points.find(({ method }) => method === "none");
  if (!none) return ["Nothing was measured."];
  const sentences = [
    `Without adaptation ${percentWithin(none.accuracy.mean, none.accuracy.interval)} on the target${distance ? `; the domains are ${decimal(distance.mean)} apart (proxy A-distance, 0 to 2)` : ""}.`,
  ];
  const ways = points.filter(({ method, gain }) => gain && !["few-labels", "upper-bound"].includes(method));
  const helping = ways.filter(({ gain }) => gain!.difference > 0);
  const best = helping.reduce<TransferPoint | undefined>(
    (a, b) => (!a || b.gain!.difference > a.gain!.difference ? b : a),
    undefined,
  );
  if (best) {
    const { wins, draws } = best.gain!;
    sentences.push(
      `Most gained: ${named(best)} points, better on ${wins} of ${draws} draws${mayBeChance(best)}. It was picked by the rows that score it: take its figure with that.`,
    );
  } else if (ways.length > 0) sentences.push("No way of adapting without target labels helped.");
  const harming = ways.filter(({ gain }) => gain!.difference < 0);
  if (harming.length > 0) {
    sentences.push(`Negative transfer: ${harming.map((way) => `${named(way)}${mayBeChance(way)}`).join("; ")}.`);
  }
  const few = points.find(({ method }) => method === "few-labels");
  if (few) sentences.push(fewSentence(few, fewRows));
  return sentences;
}

function fewSentence(few: TransferPoint, rows: number): string {
  const { mean, interval } = few.accuracy;
  const alone = `${rows} target labels alone reach ${percentWithin(mean, interval)}`;
  const { difference, interval: ofDifference } = few.gain!;
  const within = differenceWithin(difference, ofDifference);
  if (difference === 0) return `${alone}, as much as all of the source.`;
  const side = difference > 0 ? "more" : "less";
  return isSure(few)
    ? `${alone}, ${side} than all of the source (${within} points).`
    : `${alone}, not told apart from all of the source (${within} points).`;
}

/** Whether chance hardly explains it, by the corrected p value. */
function isSure({ gain }: TransferPoint): boolean {
  return gain!.correctedP !== null && gain!.correctedP < 0.05;
}

function mayBeChance(point: TransferPoint): string {
  return isSure(point) ? "" : ", which may be chance";
}

function named({ method, gain }: TransferPoint): string {
  return `${transferNames[method]} ${differenceWithin(gain!.difference, gain!.interval)}`;
}

/** What a reader should know before the figures. */
export function transferWarnings(result: TransferResult): string[] {
  const { draws, sourceRows, unlabelledRows, testRows, testOrigin, points } = result;
  const highest = Math.max(0, ...points.map(({ accuracy }) => accuracy.mean));
  return [
    drawsWarning(draws),
    `${sourceRows} labelled source rows, ${unlabelledRows} unlabelled target texts; scored on ${testOrigin} (${testRows} rows), which nothing is trained on or chosen by.`,
    testRowsWarning(testRows, highest, draws),
    draws > 1
      ? "p is of a paired t test, corrected for the number of ways (Holm); intervals are not corrected."
      : undefined,
  ].filter((text) => text !== undefined);
}
