import type { CurveComparison, CurveResult } from "../experiments/curve-result.js";
import { seriesChart } from "./charts/series.js";
import { slopeChart } from "./charts/slopes.js";
import { curveWarnings, exchangeSentence, extrapolationSentences, methodNames } from "./curve-words.js";
import { counted, decimal, percent, pValue } from "./format.js";
import { html, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { provenanceSection } from "./sections/provenance.js";
import { sortableTable } from "./sortable-table.js";
import type { Provenance } from "./types.js";
import { boundedShare, differenceWithin, duration, percentWithin, plusMinus } from "./words.js";

/** A learning curve as one self-contained page. The same result gives the same bytes. */
export function renderCurve(result: CurveResult, provenance: Provenance): string {
  const exchange = exchangeSentence(result);
  return renderPage({
    title: `Learning curve of ${result.data}`,
    lead: `${counted(result.classes, "class", "classes")} · scored on ${result.testOrigin} · ${provenance.date}`,
    sections: [
      curveWarnings(result).map((text) => html`<p class="note">${text}</p>`),
      exchange && html`<p class="finding">${exchange}</p>`,
      chart(result),
      section("Every point", pointsTable(result)),
      comparisons(result),
      extrapolations(result),
      provenanceSection(provenance),
    ],
  });
}

function chart({ points }: CurveResult): Markup {
  const methods = [...new Set(points.map(({ method }) => method))];
  const series = methods.map((method) => ({
    name: methodNames[method],
    points: points
      .filter((point) => point.method === method)
      .map(({ perClass, accuracy }) => ({ x: perClass, y: accuracy.mean, interval: boundedShare(accuracy.interval) })),
  }));
  const xTicks = new Map(points.map(({ shots, perClass }) => [perClass, shots === "all" ? "all" : `${shots}`]));
  const ends = series.map(
    ({ name, points: own }) => `${name} ${percent(own[0].y)} to ${percent(own[own.length - 1].y)}`,
  );
  const axes = { xLabel: "labels a class", yLabel: "accuracy", xTicks, logarithmic: true, yFormat: percent };
  return seriesChart(series, axes, {
    title: "Accuracy by labels a class",
    description: `From the fewest labels to the most: ${ends.join("; ")}. Bands are 95% intervals over draws.`,
  });
}

function pointsTable({ points }: CurveResult): Markup {
  return sortableTable(
    ["Method", "Labels a class", "Accuracy, %", "Macro-F1, %", "Draws", "Time of one"],
    points.map(({ method, shots, perClass, accuracy, macroF1, seconds }) => [
      methodNames[method],
      { shown: shots === "all" ? `all (${Math.round(perClass)})` : `${shots}`, value: perClass },
      { shown: plusMinus(accuracy.mean, accuracy.interval), value: accuracy.mean },
      { shown: plusMinus(macroF1.mean, macroF1.interval), value: macroF1.mean },
      { shown: `${accuracy.draws}`, value: accuracy.draws },
      { shown: duration(seconds), value: seconds },
    ]),
  );
}

function comparisons({ comparisons: all }: CurveResult): Markup | null {
  if (all.length === 0) return null;
  const rows = all.map(({ shots, a, b, difference, interval, wins, draws, correctedP }) => [
    `${methodNames[b]} against ${methodNames[a]}`,
    { shown: `${shots}`, value: shots === "all" ? 1e9 : shots },
    { shown: differenceWithin(difference, interval), value: difference },
    { shown: `${wins} of ${draws}`, value: wins / draws },
    { shown: correctedP === null ? "–" : pValue(correctedP), value: correctedP ?? 2 },
  ]);
  return section(
    "Paired differences",
    slopes(all),
    html`<p>In points of accuracy, on the same draws of training rows; p from a paired t test, corrected for all comparisons of this table (Holm).</p>`,
    sortableTable(["Methods", "Labels a class", "Difference", "Wins", "p"], rows),
  );
}

/** At the size that has comparisons on several draws and is nearest to 8 labels a class. */
function slopes(all: CurveResult["comparisons"]): Markup | null {
  const repeated = all.filter(({ draws }) => draws > 1);
  const away = ({ shots }: CurveComparison) => Math.abs(Math.log((shots === "all" ? 1e9 : shots) / 8));
  const shots = [...repeated].sort((a, b) => away(a) - away(b))[0]?.shots;
  const panels = repeated
    .filter((comparison) => comparison.shots === shots)
    .map(({ a, b, pairs }) => ({ name: `${methodNames[a]} → ${methodNames[b]}`, pairs }));
  const ends = { baseline: "first", method: "second" };
  return slopeChart(panels, ends, `Accuracy on each draw, with ${shots} labels a class`);
}

function extrapolations(result: CurveResult): Markup | null {
  if (result.extrapolations.length === 0) return null;
  const rows = result.extrapolations.map(({ method, b, r2, at }) => [
    methodNames[method],
    { shown: b.toFixed(2), value: b },
    { shown: decimal(r2), value: r2 },
    ...at.map(({ accuracy, interval }) => ({ shown: percentWithin(accuracy, interval), value: accuracy })),
  ]);
  return section(
    "What more labels would bring",
    html`<p>A power law fitted to the error, error = a · n<sup>−b</sup>, with its 95% prediction interval. It is an extrapolation, not a measurement.</p>`,
    sortableTable(["Method", "b", "R²", "2 × the labels", "4 × the labels"], rows),
    html`<ul>${extrapolationSentences(result).map((text) => html`<li>${text}</li>`)}</ul>`,
  );
}
