import type { TransferResult } from "../experiments/transfer-result.js";
import { forestText } from "./forest-text.js";
import { counted, pValue } from "./format.js";
import { textTable, wrapped } from "./text-table.js";
import { transferNames, transferSentences, transferWarnings } from "./transfer-words.js";
import { differenceWithin, duration, plusMinus } from "./words.js";

/** Transfer between domains for a terminal of 80 columns. */
export function transferText(result: TransferResult): string {
  const { source, target, classes, draws, points } = result;
  const lines = points.map(({ method, accuracy, gain, seconds }) => [
    transferNames[method],
    plusMinus(accuracy.mean, accuracy.interval),
    gain ? differenceWithin(gain.difference, gain.interval) : "",
    gain ? `${gain.wins}/${gain.draws}` : "",
    gain && gain.correctedP !== null ? pValue(gain.correctedP) : "",
    duration(seconds),
  ]);
  const gains = points.flatMap(({ method, gain }) => (gain ? [{ name: transferNames[method], ...gain }] : []));
  return [
    wrapped(`From ${source} to ${target}: ${classes} classes, ${counted(draws, "draw")}`),
    "Accuracy on the target in %, ± half of its 95% interval; paired differences in points",
    "",
    ...textTable([["", "accuracy", "against none", "wins", "p", "time"], ...lines]),
    "",
    ...forestText(gains),
    "",
    ...[transferSentences(result).join(" "), ...transferWarnings(result)].map((text) => wrapped(text)),
    "",
  ].join("\n");
}
