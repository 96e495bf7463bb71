import { mostConfused } from "../../evaluate/confused-pairs.js";
import type { SingleLabelScores } from "../../evaluate/types.js";
import { confusionChart, MOST_CLASSES_IN_COLUMN } from "../charts/confusion.js";
import { percent, whole } from "../format.js";
import { breakable, html, type Markup } from "../markup.js";
import { section } from "../page.js";
import type { EvaluationReport } from "../types.js";

/** Which classes are taken for which: the matrix, and the pairs that are confused most. */
export function confusionSection(scores: SingleLabelScores): Markup {
  const wide = scores.perClass.length > MOST_CLASSES_IN_COLUMN;
  const matrix = html`<figure class="${wide ? "scroll" : ""}">${confusionChart(scores)}</figure>`;
  const pairs = pairsTable(scores, wide ? 24 : 12);
  return section(
    "Which classes are confused",
    html`<p class="note">Rows are true classes, columns what the model said. Blue is right, orange wrong; the stronger, the larger the share of the true class.</p>`,
    wide ? html`${matrix}${pairs}` : html`<div class="columns">${matrix}${pairs}</div>`,
  );
}

function pairsTable(scores: SingleLabelScores, limit: number): Markup {
  const pairs = mostConfused(scores, limit);
  if (pairs.length === 0) return html`<p>No class was taken for another.</p>`;
  const rows = pairs.map(
    ({ actual, predicted, count, share }) =>
      html`<tr><td class="name">${breakable(actual)}</td><td class="name">${breakable(predicted)}</td><td>${whole(count)}</td><td>${percent(share)}</td></tr>`,
  );
  return html`<div><h3>Confused most often</h3><div class="scroll"><table>
<thead><tr><th class="name" scope="col">True</th><th class="name" scope="col">Predicted</th><th scope="col">Rows</th><th scope="col">Share</th></tr></thead>
<tbody>${rows}</tbody></table></div></div>`;
}

/** Labels that were missed while another was wrongly given in the same row. */
export function substitutionSection(substitutions: EvaluationReport["substitutions"]): Markup | null {
  if (!substitutions) return null;
  const rows = substitutions.map(
    ({ missed, given, count }) =>
      html`<tr><td class="name">${breakable(missed)}</td><td class="name">${breakable(given)}</td><td>${whole(count)}</td></tr>`,
  );
  return section(
    "Mistakes that occur together",
    html`<p class="note">Rows in which one label was missed while another was wrongly given.</p>`,
    rows.length === 0
      ? html`<p>None.</p>`
      : html`<div class="scroll"><table>
<thead><tr><th class="name" scope="col">Missed</th><th class="name" scope="col">Given instead</th><th scope="col">Rows</th></tr></thead>
<tbody>${rows}</tbody></table></div>`,
  );
}
