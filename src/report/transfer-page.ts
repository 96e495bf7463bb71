import type { TransferResult } from "../experiments/transfer-result.js";
import { differencesChart } from "./charts/differences.js";
import { slopeChart } from "./charts/slopes.js";
import { counted, pValue } from "./format.js";
import { html, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { provenanceSection } from "./sections/provenance.js";
import { sortableTable } from "./sortable-table.js";
import { transferNames, transferSentences, transferWarnings } from "./transfer-words.js";
import type { Provenance } from "./types.js";
import { differenceWithin, duration, plusMinus } from "./words.js";

/** Transfer between domains as one self-contained page. The same result gives the same bytes. */
export function renderTransfer(result: TransferResult, provenance: Provenance): string {
  return renderPage({
    title: `From ${result.source} to ${result.target}`,
    lead: `${counted(result.classes, "class", "classes")} · ${counted(result.draws, "draw")} · ${provenance.date}`,
    sections: [
      transferWarnings(result).map((text) => html`<p class="note">${text}</p>`),
      html`<p class="finding">${transferSentences(result).join(" ")}</p>`,
      chart(result),
      slopes(result),
      section("Every way", table(result)),
      provenanceSection(provenance),
    ],
  });
}

function chart({ points }: TransferResult): Markup | null {
  const none = points.find(({ method }) => method === "none");
  const lines = points.flatMap(({ method, gain, values }) =>
    gain && none
      ? [
          {
            name: transferNames[method],
            difference: gain.difference,
            interval: gain.interval,
            draws: values.map((value, draw) => value - none.values[draw]),
          },
        ]
      : [],
  );
  return lines.length > 0 ? differencesChart(lines, "What each way brings against no adaptation") : null;
}

function slopes({ points }: TransferResult): Markup | null {
  const panels = points.map(({ method, gain }) => ({ name: transferNames[method], pairs: gain?.pairs ?? [] }));
  const chart = slopeChart(panels, { baseline: "none", method: "with" }, "Accuracy on each draw, without and with");
  return chart && section("On each draw", chart);
}

function table({ points }: TransferResult): Markup {
  return sortableTable(
    ["Way", "Accuracy, %", "Against none, points", "Wins", "p", "Time of one"],
    points.map(({ method, accuracy, gain, seconds }) => [
      transferNames[method],
      { shown: plusMinus(accuracy.mean, accuracy.interval), value: accuracy.mean },
      { shown: gain ? differenceWithin(gain.difference, gain.interval) : "–", value: gain?.difference ?? 0 },
      { shown: gain ? `${gain.wins} of ${gain.draws}` : "–", value: gain?.wins ?? 0 },
      { shown: gain && gain.correctedP !== null ? pValue(gain.correctedP) : "–", value: gain?.correctedP ?? 2 },
      { shown: duration(seconds), value: seconds },
    ]),
  );
}
