import type { CompareResult } from "../experiments/compare-result.js";
import { agreementSentence, compareWarnings, recommendationSentences } from "./compare-words.js";
import { counted } from "./format.js";
import { textTable, wrapped } from "./text-table.js";
import { plusMinus } from "./words.js";

const NAME = 24;

/** The end of a long name: of a path it tells most. */
function named(encoder: string, width: number): string {
  return encoder.length <= width ? encoder : `…${encoder.slice(encoder.length - width + 1)}`;
}

/** A comparison of encoders for a terminal of 80 columns. */
export function compareText(result: CompareResult): string {
  const { data, classes, draws, layers, encoders } = result;
  const rows = layers.map(({ encoder, layer, layers: count, scores }) => {
    const { logMe, hScore, neighbours, probeAccuracy } = scores;
    return [
      `${named(encoder, NAME - 5)} ${layer}/${count}`,
      logMe.mean.toFixed(3),
      hScore.mean.toFixed(3),
      plusMinus(neighbours.mean, neighbours.interval),
      plusMinus(probeAccuracy.mean, probeAccuracy.interval),
      "█".repeat(Math.round(10 * probeAccuracy.mean)).padEnd(10),
    ];
  });
  const costs = encoders.map(({ encoder, textsPerSecond, megabytes, trained }) => [
    named(encoder, NAME),
    `${Math.round(textsPerSecond)}`,
    megabytes.toFixed(1),
    trained ? plusMinus(trained.mean, trained.interval) : "–",
  ]);
  return [
    wrapped(`Encoders on ${data}: ${classes} classes, ${counted(draws, "draw")}, ± half of the 95% interval`),
    "",
    ...textTable([["layer", "LogME", "H-score", "5 neighbours", "probe"], ...rows]),
    "",
    ...textTable([["encoder", "texts/s", "MB", "after training"], ...costs]),
    "",
    ...[...recommendationSentences(result), agreementSentence(result), ...compareWarnings(result)].map((text) =>
      wrapped(text),
    ),
    "",
  ].join("\n");
}
