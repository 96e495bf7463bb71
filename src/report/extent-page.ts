import type { ExtentPoint, ExtentResult } from "../experiments/extent-result.js";
import type { Summary } from "../experiments/statistics.js";
import { seriesChart } from "./charts/series.js";
import { slopeChart } from "./charts/slopes.js";
import { extentName, extentSentences, extentWarnings } from "./extent-words.js";
import { counted, decimal, percent, pValue } from "./format.js";
import { html, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { provenanceSection } from "./sections/provenance.js";
import { sortableTable } from "./sortable-table.js";
import type { Provenance } from "./types.js";
import { boundedShare, differenceWithin, duration, points as inPoints, plusMinus } from "./words.js";

/** Extents of adaptation as one self-contained page. The same result gives the same bytes. */
export function renderExtent(result: ExtentResult, provenance: Provenance): string {
  return renderPage({
    title: `Extent of adaptation on ${result.data}`,
    lead: `${counted(result.classes, "class", "classes")} · ${result.shots} labels a class · ${counted(result.draws, "draw")} · ${provenance.date}`,
    sections: [
      extentWarnings(result).map((text) => html`<p class="note">${text}</p>`),
      html`<p class="finding">${extentSentences(result).join(" ")}</p>`,
      chart(result, "Accuracy by layers trained", "accuracy", percent, [
        ["rows trained on", (point) => point.train],
        ["rows held out", (point) => point.heldOut],
      ]),
      slopes(result),
      section("Every extent", table(result)),
      section(
        "What is forgotten",
        html`<p>How far the embeddings of ${result.unrelated} moved: the mean cosine between old and new, 1 where nothing moved.</p>`,
        chart(result, "Cosine of unrelated texts to their old embeddings", "mean cosine", decimal, [
          ["unrelated texts", (point) => point.cosine],
        ]),
      ),
      provenanceSection(provenance),
    ],
  });
}

function chart(
  { points }: ExtentResult,
  title: string,
  yLabel: string,
  yFormat: (value: number) => string,
  lines: readonly [string, (point: ExtentPoint) => Summary][],
): Markup {
  const series = lines.map(([name, of]) => ({
    name,
    points: points.map((point) => ({ x: point.depth, y: of(point).mean, interval: boundedShare(of(point).interval) })),
  }));
  const xTicks = new Map(points.map(({ depth }) => [depth, depth === 0 ? "frozen" : `${depth}`]));
  const description = `${lines.map(([name]) => name).join(" and ")} for ${counted(points.length, "extent")}.`;
  return seriesChart(series, { xLabel: "layers trained", yLabel, xTicks, yFormat }, { title, description });
}

function slopes({ points, layers }: ExtentResult): Markup | null {
  const panels = points.map(({ depth, gain }) => ({ name: extentName(depth, layers), pairs: gain?.pairs ?? [] }));
  const ends = { baseline: "frozen", method: "trained" };
  const chart = slopeChart(panels, ends, "Held-out accuracy on each draw, frozen and trained");
  return chart && section("On each draw", chart);
}

function table({ points, layers }: ExtentResult): Markup {
  return sortableTable(
    ["Extent", "Train, %", "Held out, %", "Gap", "Gain over frozen", "p", "Cosine", "Probe loses", "Time of one"],
    points.map(({ depth, train, heldOut, gap, gain, cosine, probeLoss, seconds }) => [
      { shown: extentName(depth, layers), value: depth },
      { shown: plusMinus(train.mean, train.interval), value: train.mean },
      { shown: plusMinus(heldOut.mean, heldOut.interval), value: heldOut.mean },
      { shown: inPoints(gap.mean), value: gap.mean },
      { shown: gain ? differenceWithin(gain.difference, gain.interval) : "–", value: gain?.difference ?? 0 },
      { shown: gain && gain.correctedP !== null ? pValue(gain.correctedP) : "–", value: gain?.correctedP ?? 2 },
      { shown: decimal(cosine.mean), value: cosine.mean },
      { shown: probeLoss ? inPoints(probeLoss.mean) : "–", value: probeLoss?.mean ?? 0 },
      { shown: duration(seconds), value: seconds },
    ]),
  );
}
