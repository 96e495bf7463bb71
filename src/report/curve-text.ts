import type { CurveMethod } from "../experiments/curve-methods.js";
import type { CurveResult } from "../experiments/curve-result.js";
import { curveWarnings, exchangeSentence, extrapolationSentences, methodNames } from "./curve-words.js";
import { plusMinus, sparkline } from "./words.js";

const CELL = 15;

/** A learning curve for a terminal of 80 columns: a line for each number of labels, a column for each method. */
export function curveText(result: CurveResult): string {
  const { points, data, classes, testOrigin } = result;
  const methods = [...new Set(points.map(({ method }) => method))];
  const sizes = [...new Set(points.map(({ shots }) => shots))];
  const at = (method: CurveMethod, shots: number | "all") =>
    points.find((point) => point.method === method && point.shots === shots);
  const lines = sizes.map((shots) => {
    const cells = methods.map((method) => {
      const point = at(method, shots);
      return (point ? plusMinus(point.accuracy.mean, point.accuracy.interval) : "–").padStart(CELL);
    });
    const perClass = points.find((point) => point.shots === shots)!.perClass;
    return `${(shots === "all" ? `all (${Math.round(perClass)})` : `${shots}`).padStart(10)}${cells.join("")}`;
  });
  const shapes = methods.map((method) =>
    sparkline(points.filter((point) => point.method === method).map(({ accuracy }) => accuracy.mean)).padStart(CELL),
  );
  return [
    `Learning curve of ${data}: ${classes} classes, scored on ${testOrigin}`,
    "Accuracy in %, mean over draws ± half of its 95% interval",
    "",
    `${"labels".padStart(10)}${methods.map((method) => methodNames[method].padStart(CELL)).join("")}`,
    ...lines,
    `${"".padStart(10)}${shapes.join("")}`,
    "",
    ...[exchangeSentence(result), ...extrapolationSentences(result), ...curveWarnings(result)]
      .filter((text) => text !== undefined)
      .map((text) => wrapped(text)),
    "",
  ].join("\n");
}

/** Breaks a text at 80 columns. */
export function wrapped(text: string, columns = 80): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    if (line !== "" && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}
