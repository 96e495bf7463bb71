import type { TransferMethod } from "../experiments/transfer-kinds.js";
import type { TransferPoint, TransferResult } from "../experiments/transfer-result.js";
import { decimal } from "./format.js";
import { differenceWithin, drawsWarning, percentWithin } from "./words.js";

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
    const { difference, interval, wins, draws } = best.gain!;
    const isSure = interval !== null && interval[0] > 0;
    sentences.push(
      `Most gained: ${transferNames[best.method]}, ${differenceWithin(difference, interval)} points, better on ${wins} of ${draws} draws${isSure ? "" : ", which may be chance"}. It was picked by the rows that score it: take its figure with that.`,
    );
  } else sentences.push("No way of adapting without target labels helped.");
  const harming = ways.filter(({ gain }) => gain!.difference < 0);
  if (harming.length > 0) {
    const list = harming.map(
      ({ method, gain }) => `${transferNames[method]} ${differenceWithin(gain!.difference, gain!.interval)}`,
    );
    sentences.push(`Negative transfer: ${list.join(", ")}.`);
  }
  const few = points.find(({ method }) => method === "few-labels");
  if (few) {
    const side = few.accuracy.mean > none.accuracy.mean ? "more" : "less";
    sentences.push(
      `${fewRows} target labels alone are worth ${side} than all of the source (${percentWithin(few.accuracy.mean, few.accuracy.interval)}).`,
    );
  }
  return sentences;
}

/** What a reader should know before the figures. */
export function transferWarnings(result: TransferResult): string[] {
  const { draws, sourceRows, unlabelledRows, testRows, testOrigin } = result;
  return [
    drawsWarning(draws),
    `${sourceRows} labelled source rows, ${unlabelledRows} unlabelled target texts; scored on ${testOrigin} (${testRows} rows), which nothing is trained on or chosen by.`,
  ].filter((text) => text !== undefined);
}
