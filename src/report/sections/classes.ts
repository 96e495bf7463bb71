import type { ClassScores, LabelScores, Scores } from "../../evaluate/types.js";
import { classBars, MOST_BARS_IN_COLUMN } from "../charts/class-bars.js";
import { decimal, whole } from "../format.js";
import { breakable, html, type Markup } from "../markup.js";
import { section } from "../page.js";

/** Bars and table of every class. */
export function classesSection({ kind, perClass }: Scores): Markup {
  const table = kind === "single-label" ? classTable(perClass) : labelTable(perClass as LabelScores[]);
  if (perClass.length <= MOST_BARS_IN_COLUMN && kind === "single-label") {
    return section("Every class", html`<div class="columns">${classBars(perClass)}${table}</div>`);
  }
  return section(
    kind === "single-label" ? "Every class" : "Every label",
    classBars(perClass),
    perClass.length <= MOST_BARS_IN_COLUMN
      ? table
      : html`<details class="table"><summary>All figures of all ${perClass.length}</summary>${table}</details>`,
  );
}

function classTable(perClass: readonly ClassScores[]): Markup {
  return sortable(
    ["Class", "Precision", "Recall", "F1", "Rows"],
    perClass.map((c) => [c.label, c.precision, c.recall, c.f1, c.support]),
  );
}

function labelTable(perClass: readonly LabelScores[]): Markup {
  return sortable(
    ["Label", "Precision", "Recall", "F1", "Average precision", "Threshold", "Rows"],
    perClass.map((c) => [c.label, c.precision, c.recall, c.f1, c.averagePrecision, c.threshold, c.support]),
  );
}

/** First column names, last column counts, scores between. */
function sortable(heads: readonly string[], rows: readonly (readonly [string, ...number[]])[]): Markup {
  const cell = (value: number, i: number) =>
    html`<td data-value="${value}">${i === heads.length - 2 ? whole(value) : decimal(value)}</td>`;
  return html`<div class="scroll"><table class="sortable">
<thead><tr>${heads.map((head, i) => html`<th scope="col" class="${i === 0 ? "name" : ""}">${head}</th>`)}</tr></thead>
<tbody>${rows.map(([name, ...values]) => html`<tr><th scope="row" class="name">${breakable(name)}</th>${values.map(cell)}</tr>`)}</tbody>
</table></div>`;
}
