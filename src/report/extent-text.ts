import type { ExtentResult } from "../experiments/extent-result.js";
import { wrapped } from "./curve-text.js";
import { extentSentences, extentWarnings } from "./extent-words.js";
import { duration, plusMinus, points, signedPoints } from "./words.js";

/** Extents of adaptation for a terminal of 80 columns. */
export function extentText(result: ExtentResult): string {
  const { data, classes, shots, draws, best, points: all } = result;
  const lines = all.map(({ depth, train, heldOut, gap, cosine, probeLoss, seconds }) => {
    const cells = [
      plusMinus(train.mean, train.interval).padStart(13),
      plusMinus(heldOut.mean, heldOut.interval).padStart(13),
      points(gap.mean).padStart(7),
      cosine.mean.toFixed(3).padStart(8),
      (probeLoss ? signedPoints(-probeLoss.mean) : "–").padStart(8),
      duration(seconds).padStart(8),
    ];
    return `${depth === best ? "▸" : " "} ${`${depth || "frozen"}`.padStart(6)}${cells.join("")}  ${"█".repeat(Math.round(10 * heldOut.mean))}`;
  });
  return [
    `Extent of adaptation on ${data}: ${classes} classes, ${shots === "all" ? "all rows" : `${shots} labels a class`}, ${draws} draws`,
    "Accuracy in %, mean ± half of its 95% interval; cosine and probe: what is forgotten",
    "",
    `${"layers".padStart(8)}${"train".padStart(13)}${"held out".padStart(13)}${"gap".padStart(7)}${"cosine".padStart(8)}${"probe".padStart(8)}${"time".padStart(8)}`,
    ...lines,
    "",
    ...[extentSentences(result).join(" "), ...extentWarnings(result)].map((text) => wrapped(text)),
    "",
  ].join("\n");
}
