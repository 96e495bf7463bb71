import type { CurveMethod } from "../experiments/curve-methods.js";
import type { CurveResult } from "../experiments/curve-result.js";
import { curveWarnings, exchangeSentence, extrapolationSentences, methodNames } from "./curve-words.js";
import { textTable, wrapped } from "./text-table.js";
import { plusMinus, sparkline } from "./words.js";

/** A learning curve for a terminal of 80 columns: a line for each number of labels, a column for each method. */
export function curveText(result: CurveResult): string {
  const { points, data, classes, testOrigin } = result;
  const methods = [...new Set(points.map(({ method }) => method))];
  const sizes = [...new Set(points.map(({ shots }) => shots))];
  const at = (method: CurveMethod, shots: number | "all") =>
    points.find((point) => point.method === method && point.shots === shots);
  const lines = sizes.map((shots) => {
    const perClass = points.find((point) => point.shots === shots)!.perClass;
    const cells = methods.map((method) => {
      const point = at(method, shots);
      return point ? plusMinus(point.accuracy.mean, point.accuracy.interval) : "–";
    });
    return [shots === "all" ? `all (${Math.round(perClass)})` : `${shots}`, ...cells];
  });
  const means = (method: CurveMethod) =>
    points.filter((point) => point.method === method).map(({ accuracy }) => accuracy.mean);
  const scale = points.map(({ accuracy }) => accuracy.mean);
  const shapes = methods.map((method) => sparkline(means(method), scale));
  return [
    wrapped(`Learning curve of ${data}: ${classes} classes, scored on ${testOrigin}`),
    "Accuracy in %, mean over draws ± half of its 95% interval",
    "",
    ...textTable([["labels", ...methods.map((method) => methodNames[method])], ...lines, ["", ...shapes]]),
    "",
    ...[exchangeSentence(result), ...extrapolationSentences(result), ...curveWarnings(result)]
      .filter((text) => text !== undefined)
      .map((text) => wrapped(text)),
    "",
  ].join("\n");
}
