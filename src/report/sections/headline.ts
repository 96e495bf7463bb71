import type { Scores } from "../../evaluate/types.js";
import { intervalChart } from "../charts/intervals.js";
import { counted, range } from "../format.js";
import { type HeadlineFigure, headlineFigures } from "../headline-figures.js";
import { html, type Markup, type Part } from "../markup.js";

/** The headline figures with their intervals, and the main ones as a chart. */
export function headline(scores: Scores, warnings: readonly string[]): Markup {
  return html`${warnings.map((warning) => html`<p class="warning">${warning}</p>`)}
<dl class="figures">${headlineFigures(scores).map(tile)}</dl>
<div class="columns">
${chart(scores)}
${reading(scores)}
</div>`;
}

function tile({ name, value, format, interval, note }: HeadlineFigure): Markup {
  const small = interval ? range(interval, format) : note;
  return html`<div><dt>${name}</dt><dd>${format(value)}${small && html`<small>${small}</small>`}</dd></div>`;
}

function chart(scores: Scores): Part {
  if (!scores.intervals) return null;
  if (scores.kind === "multi-label") {
    return intervalChart([
      { name: "Micro-F1", value: scores.microF1, interval: scores.intervals.microF1 },
      { name: "Macro-F1", value: scores.macroF1, interval: scores.intervals.macroF1 },
    ]);
  }
  return intervalChart([
    { name: "Accuracy", value: scores.accuracy, interval: scores.intervals.accuracy },
    { name: "Macro-F1", value: scores.macroF1, interval: scores.intervals.macroF1 },
    { name: "Majority", value: scores.majorityAccuracy },
  ]);
}

function reading(scores: Scores): Markup {
  const unknown = scores.kind === "single-label" ? scores.unknownLabels : 0;
  return html`<div class="note">
${scores.intervals && html`<p>Small figures are 95% intervals from a bootstrap over the rows: how far the figure would move with other rows of the same kind.</p>`}
${unknown > 0 && html`<p>${counted(unknown, "row")} of a label that the model does not know, counted as wrong.</p>`}
</div>`;
}
