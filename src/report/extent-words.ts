import type { ExtentResult } from "../experiments/extent-result.js";
import { differenceWithin, drawsWarning, percentWithin, points } from "./words.js";

/** "frozen", "the last layer", "the last 3 layers", "all 6 layers". */
export function extentName(depth: number, layers: number): string {
  if (depth === 0) return "frozen";
  if (depth === layers) return `all ${layers} layers`;
  return depth === 1 ? "the last layer" : `the last ${depth} layers`;
}

/** Which extent is best, what it brings, and when a deeper one overfits. */
export function extentSentences({ points: all, best, take, overfitsFrom, layers }: ExtentResult): string[] {
  const at = (depth: number) => all.find((point) => point.depth === depth)!;
  const chosen = at(best);
  if (!chosen) return ["Nothing was measured."];
  const sentences = [
    `Best: ${extentName(best, layers)}, ${percentWithin(chosen.heldOut.mean, chosen.heldOut.interval)} on rows that chose nothing.`,
  ];
  if (chosen.gain) {
    const { difference, interval, wins, draws } = chosen.gain;
    const verdict = !interval || interval[0] <= 0 ? " It is not told apart from the frozen encoder." : "";
    sentences.push(
      `Against the frozen encoder: ${differenceWithin(difference, interval)} points, better on ${wins} of ${draws} draws.${verdict}`,
    );
  } else if (best === 0) sentences.push("No extent of adaptation was better than none.");
  if (take < best) {
    sentences.push(
      `Take ${take === 0 ? "the frozen encoder" : extentName(take, layers)}: on the rows that choose it is within a standard error of the best, and costs less.`,
    );
  }
  if (overfitsFrom !== null) {
    const deeper = at(overfitsFrom);
    sentences.push(
      `From ${extentName(overfitsFrom, layers)} on it overfits: as good on the rows trained on (${points(deeper.train.mean)}%), worse on others (${points(deeper.heldOut.mean)}%).`,
    );
  } else if (best < all[all.length - 1].depth)
    sentences.push("Deeper extents are not measurably worse: no overfitting shows on these draws.");
  return sentences;
}

/** What a reader should know before the figures. */
export function extentWarnings({ draws, testRows, testOrigin, unrelated }: ExtentResult): string[] {
  return [
    drawsWarning(draws),
    `Test rows: ${testOrigin}. One half, ${Math.ceil(testRows / 2)} rows, chooses the extent; held-out figures are of the other half.`,
    `Forgetting is measured on ${unrelated}.`,
  ].filter((text) => text !== undefined);
}
