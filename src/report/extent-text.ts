import type { ExtentResult } from "../experiments/extent-result.js";
import { extentSentences, extentWarnings } from "./extent-words.js";
import { counted } from "./format.js";
import { textTable, wrapped } from "./text-table.js";
import { duration, plusMinus, points, signedPoints } from "./words.js";

/** Extents of adaptation for a terminal of 80 columns. */
export function extentText(result: ExtentResult): string {
  const { data, classes, shots, draws, best, points: all } = result;
  const lines = all.map(({ depth, train, heldOut, gap, cosine, probeLoss, seconds }) => [
    `${depth === best ? "▸" : " "} ${depth || "frozen"}`,
    plusMinus(train.mean, train.interval),
    plusMinus(heldOut.mean, heldOut.interval),
    points(gap.mean),
    cosine.mean.toFixed(3),
    probeLoss ? signedPoints(-probeLoss.mean) : "–",
    duration(seconds),
    "█".repeat(Math.round(10 * heldOut.mean)).padEnd(10),
  ]);
  const labels = shots === "all" ? "all rows" : `${counted(shots, "label")} a class`;
  return [
    wrapped(`Extent of adaptation on ${data}: ${classes} classes, ${labels}, ${counted(draws, "draw")}`),
    "Accuracy in %, mean ± half of its 95% interval; cosine and probe: what is forgotten",
    "",
    ...textTable([["  layers", "train", "held out", "gap", "cosine", "probe", "time"], ...lines]),
    "",
    ...[extentSentences(result).join(" "), ...extentWarnings(result)].map((text) => wrapped(text)),
    "",
  ].join("\n");
}
