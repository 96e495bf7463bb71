import type { CurveMethod } from "../experiments/curve-methods.js";
import type { CurveResult } from "../experiments/curve-result.js";
import { percent } from "./format.js";
import { drawsWarning, percentWithin, testRowsWarning } from "./words.js";

/** What readers call the methods of a learning curve. */
export const methodNames: Record<CurveMethod, string> = {
  head: "head only",
  adapted: "adapted",
  "bag-of-words": "bag of words",
  "random-weights": "random weights",
  majority: "majority",
};

/** How many labels from scratch are worth those that transfer needs. */
export function exchangeSentence({ exchange }: CurveResult): string | undefined {
  if (!exchange) return undefined;
  const { transfer, perClass, accuracy, scratch, needed, tried, extrapolated } = exchange;
  const given = `Transfer (${methodNames[transfer]}) reaches ${percent(accuracy)} with ${labels(perClass)} a class.`;
  if (needed !== null) {
    const times = needed / perClass;
    const rate = times > 1 ? `, ${times.toFixed(times < 10 ? 1 : 0)} times as many` : ": transfer gains nothing here";
    return `${given} From scratch (${methodNames[scratch]}) it takes about ${labels(needed)} a class${rate}.`;
  }
  const beyond =
    extrapolated !== null && extrapolated < 1000 * tried
      ? ` If its power law held, it would take about ${labels(extrapolated)}.`
      : "";
  return `${given} From scratch (${methodNames[scratch]} comes nearest) ${labels(tried)} a class, all that were tried, are not enough.${beyond}`;
}

/** What more labels would bring, a sentence a method. */
export function extrapolationSentences({ extrapolations }: CurveResult): string[] {
  return extrapolations.map(({ method, b, at, warning }) => {
    const said = at.map(
      ({ times, perClass, accuracy, interval }) =>
        `${percentWithin(accuracy, interval)} with ${times} × the labels (${Math.round(perClass)} a class)`,
    );
    const law = b >= 0.005 ? `error falls as n^−${b.toFixed(2)}` : "error does not fall";
    return `${methodNames[method]}: ${law}; ${said.join(", ")}${warning ? `. Beware: ${warning}` : ""}.`;
  });
}

/** What a reader should know before the figures. */
export function curveWarnings(result: CurveResult): string[] {
  const draws = Math.max(...result.points.map(({ accuracy }) => accuracy.draws));
  const highest = Math.max(...result.points.map(({ accuracy }) => accuracy.mean));
  return [drawsWarning(draws), testRowsWarning(result.testRows, highest, draws)].filter((text) => text !== undefined);
}

function labels(count: number): string {
  const rounded = count < 10 ? Number(count.toFixed(1)) : Math.round(count);
  return `${rounded.toLocaleString("en-US")} ${rounded === 1 ? "label" : "labels"}`;
}
