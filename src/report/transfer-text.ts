import type { TransferResult } from "../experiments/transfer-result.js";
import { wrapped } from "./curve-text.js";
import { pValue } from "./format.js";
import { transferNames, transferSentences, transferWarnings } from "./transfer-words.js";
import { differenceWithin, duration, plusMinus } from "./words.js";

/** Transfer between domains for a terminal of 80 columns. */
export function transferText(result: TransferResult): string {
  const { source, target, classes, draws, points } = result;
  const lines = points.map(({ method, accuracy, gain, seconds }) => {
    const cells = [
      plusMinus(accuracy.mean, accuracy.interval).padStart(13),
      (gain ? differenceWithin(gain.difference, gain.interval) : "").padStart(24),
      (gain ? `${gain.wins}/${gain.draws}` : "").padStart(6),
      (gain && gain.correctedP !== null ? pValue(gain.correctedP) : "").padStart(8),
      duration(seconds).padStart(8),
    ];
    return `${transferNames[method].padEnd(18)}${cells.join("")}`;
  });
  return [
    `From ${source} to ${target}: ${classes} classes, ${draws} draws`,
    "Accuracy on the target in %, ± half of its 95% interval; paired differences in points",
    "",
    `${"".padEnd(18)}${"accuracy".padStart(13)}${"against none".padStart(24)}${"wins".padStart(6)}${"p".padStart(8)}${"time".padStart(8)}`,
    ...lines,
    "",
    ...[transferSentences(result).join(" "), ...transferWarnings(result)].map((text) => wrapped(text)),
    "",
  ].join("\n");
}
