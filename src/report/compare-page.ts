import type { CompareResult } from "../experiments/compare-result.js";
import { seriesChart } from "./charts/series.js";
import { slopeChart } from "./charts/slopes.js";
import { agreementSentence, compareWarnings, metricNames, recommendationSentences } from "./compare-words.js";
import { counted, decimal, percent, pValue } from "./format.js";
import { html, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { provenanceSection } from "./sections/provenance.js";
import { sortableTable } from "./sortable-table.js";
import type { Provenance } from "./types.js";
import { boundedShare, differenceWithin, duration, plusMinus } from "./words.js";

/** A comparison of encoders as one self-contained page. The same result gives the same bytes. */
export function renderComparison(result: CompareResult, provenance: Provenance): string {
  return renderPage({
    title: `Encoders on ${result.data}`,
    lead: `${counted(result.classes, "class", "classes")} · ${counted(result.draws, "draw")} · ${provenance.date}`,
    sections: [
      compareWarnings(result).map((text) => html`<p class="note">${text}</p>`),
      html`<p class="finding">${recommendationSentences(result).join(" ")}</p>`,
      chart(result),
      slopes(result),
      section("Every layer", layersTable(result)),
      section("Every encoder", encodersTable(result)),
      section("Do the rankings agree?", html`<p>${agreementSentence(result)}</p>`, agreementTable(result)),
      provenanceSection(provenance),
    ],
  });
}

function chart({ layers, encoders }: CompareResult): Markup {
  const series = encoders.map(({ encoder }) => ({
    name: encoder,
    points: layers
      .filter((one) => one.encoder === encoder)
      .map(({ layer, scores }) => ({
        x: layer,
        y: scores.probeAccuracy.mean,
        interval: boundedShare(scores.probeAccuracy.interval),
      })),
  }));
  const deepest = Math.max(...layers.map(({ layer }) => layer));
  const xTicks = new Map(Array.from({ length: deepest }, (_, i) => [i + 1, `${i + 1}`]));
  return seriesChart(
    series,
    { xLabel: "layer", yLabel: "accuracy of a cross-validated probe", xTicks, yFormat: percent },
    { title: "Probe accuracy by layer", description: `A line for each of ${counted(series.length, "encoder")}.` },
  );
}

/** After training where there was any, which says more than the probe. */
function slopes({ encoders }: CompareResult): Markup | null {
  const isTrained = encoders.some(({ trainedBehind }) => trainedBehind);
  const panels = encoders.map(({ encoder, behind, trainedBehind }) => ({
    name: shortName(encoder),
    pairs: (isTrained ? trainedBehind : behind)?.pairs ?? [],
  }));
  const ends = { baseline: "the best", method: "this one" };
  const title = isTrained ? "Accuracy after training on each draw" : "Probe accuracy on each draw";
  const chart = slopeChart(panels, ends, title);
  if (!chart) return null;
  return section(`On each draw, beside ${shortName(encoders[0].encoder)}, which has the best probe`, chart);
}

/** The end of a path tells most. */
function shortName(encoder: string): string {
  return encoder.split(/[\\/]/).filter(Boolean).at(-1) ?? encoder;
}

function layersTable({ layers }: CompareResult): Markup {
  return sortableTable(
    ["Encoder", "Layer", "LogME", "H-score", "5 neighbours, %", "Probe, %", "Probe log loss"],
    layers.map(({ encoder, layer, layers: count, scores }) => [
      encoder,
      { shown: `${layer} of ${count}`, value: layer },
      ...[scores.logMe, scores.hScore].map(({ mean }) => ({ shown: decimal(mean), value: mean })),
      ...[scores.neighbours, scores.probeAccuracy].map(({ mean, interval }) => ({
        shown: plusMinus(mean, interval),
        value: mean,
      })),
      { shown: decimal(scores.probeLogLoss.mean), value: scores.probeLogLoss.mean },
    ]),
  );
}

function encodersTable({ encoders }: CompareResult): Markup {
  return sortableTable(
    [
      "Encoder",
      "Texts a second",
      "MB",
      "Probe against the best, points",
      "p",
      "After training, %",
      "Against the best after training, points",
      "Time of one training",
    ],
    encoders.map(({ encoder, textsPerSecond, megabytes, behind, trained, trainedSeconds, trainedBehind }) => [
      encoder,
      { shown: `${Math.round(textsPerSecond)}`, value: textsPerSecond },
      { shown: megabytes.toFixed(1), value: megabytes },
      { shown: behind ? differenceWithin(behind.difference, behind.interval) : "best", value: behind?.difference ?? 0 },
      { shown: behind && behind.correctedP !== null ? pValue(behind.correctedP) : "–", value: behind?.correctedP ?? 2 },
      { shown: trained ? plusMinus(trained.mean, trained.interval) : "–", value: trained?.mean ?? 0 },
      {
        shown: trainedBehind ? differenceWithin(trainedBehind.difference, trainedBehind.interval) : "–",
        value: trainedBehind?.difference ?? 0,
      },
      { shown: trainedSeconds === undefined ? "–" : duration(trainedSeconds), value: trainedSeconds ?? 0 },
    ]),
  );
}

function agreementTable({ agreements, trainedAgreements }: CompareResult): Markup {
  return sortableTable(
    ["Rankings", "Kendall's τ"],
    [...agreements, ...trainedAgreements].map(({ a, b, tau }) => [
      `${metricNames[a]} and ${metricNames[b]}`,
      { shown: tau === null ? "–" : tau.toFixed(2), value: tau ?? -2 },
    ]),
  );
}
