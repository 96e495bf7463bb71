import { counted, percent, shortened } from "../format.js";
import { breakable, html, type Markup } from "../markup.js";
import { section } from "../page.js";
import type { EvaluationReport } from "../types.js";

const SHOWN_CHARACTERS = 180;
const MOST_CHARACTERS = 10_000;

/** The rows most surely wrong: where the model, or the given label, deserves a look. */
export function errorsSection({ scores, surestErrors }: EvaluationReport): Markup {
  const single = scores.kind === "single-label";
  const intro = single
    ? "Wrong predictions of the highest probability. Some are wrong labels in the data."
    : "Rows with the decisions that lie furthest beyond their thresholds (100%: as far as possible). Some are wrong labels in the data.";
  if (surestErrors.length === 0) return section("Most surely wrong", html`<p>Nothing is wrong.</p>`);
  return section(
    "Most surely wrong",
    html`<p class="note">${intro}</p>`,
    html`<ol class="errors">${surestErrors.map((error) => errorItem(error, single))}</ol>`,
  );
}

function errorItem(
  { row, text, actual, predicted, confidence }: EvaluationReport["surestErrors"][number],
  single: boolean,
) {
  const truth = actual.length > 0 ? actual.join(", ") : single ? "a label that the model does not know" : "no label";
  const said = predicted.length > 0 ? predicted.join(", ") : "no label";
  return html`<li><p><strong class="said">${breakable(said)}</strong> ${percent(confidence)} · truly <strong class="true">${breakable(truth)}</strong> <span class="note">· row ${row + 1}</span></p>
${excerpt(text)}</li>
`;
}

/** A text, or its beginning with the rest behind a click. */
export function excerpt(text: string): Markup {
  const short = shortened(text, SHOWN_CHARACTERS);
  if (short === text) return html`<p class="text" dir="auto">${text}</p>`;
  const cut = text.length > MOST_CHARACTERS;
  return html`<details><summary dir="auto">${short}</summary><p dir="auto">${cut ? shortened(text, MOST_CHARACTERS) : text}</p>
${cut && html`<p class="note">${counted(text.length, "character")} in all.</p>`}</details>`;
}
