import type { CompareResult } from "../experiments/compare-result.js";
import { agreementSentence, compareWarnings, recommendationSentences } from "./compare-words.js";
import { wrapped } from "./curve-text.js";
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
    const name = `${named(encoder, NAME - 5)} ${layer}/${count}`;
    const { logMe, hScore, neighbours, probeAccuracy } = scores;
    const bar = "█".repeat(Math.round(10 * probeAccuracy.mean));
    const cells = [
      logMe.mean.toFixed(3).padStart(8),
      hScore.mean.toFixed(3).padStart(9),
      plusMinus(neighbours.mean, neighbours.interval).padStart(13),
      plusMinus(probeAccuracy.mean, probeAccuracy.interval).padStart(13),
    ];
    return `${name.padEnd(NAME)}${cells.join("")}  ${bar}`;
  });
  const costs = encoders.map(({ encoder, textsPerSecond, megabytes, trained }) => {
    const after = trained ? plusMinus(trained.mean, trained.interval) : "–";
    const cost = `${Math.round(textsPerSecond)}`.padStart(9) + megabytes.toFixed(1).padStart(8);
    return `${named(encoder, NAME).padEnd(NAME)}${cost}${after.padStart(17)}`;
  });
  return [
    `Encoders on ${data}: ${classes} classes, ${draws} draws, ± half of the 95% interval`,
    "",
    `${"layer".padEnd(NAME)}${"LogME".padStart(8)}${"H-score".padStart(9)}${"5 neighbours".padStart(13)}${"probe".padStart(13)}`,
    ...rows,
    "",
    `${"encoder".padEnd(NAME)}${"texts/s".padStart(9)}${"MB".padStart(8)}${"after training".padStart(17)}`,
    ...costs,
    "",
    ...[...recommendationSentences(result), agreementSentence(result), ...compareWarnings(result)].map((text) =>
      wrapped(text),
    ),
    "",
  ].join("\n");
}
