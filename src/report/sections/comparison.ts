import type { PairedDifference } from "../../evaluate/paired-difference.js";
import { decimal, percent, pValue, signed, whole } from "../format.js";
import { breakable, html, type Markup } from "../markup.js";
import { section } from "../page.js";
import type { NamedComparison } from "../types.js";

/** A paired test of two classifiers. */
export function comparisonSection(comparison: NamedComparison | undefined): Markup | null {
  if (!comparison) return null;
  const { nameA, nameB, result } = comparison;
  const rows =
    result.kind === "single-label"
      ? [differenceRow("Accuracy", result.accuracy, percent), differenceRow("Macro-F1", result.macroF1, decimal)]
      : [differenceRow("Micro-F1", result.microF1, decimal), differenceRow("Macro-F1", result.macroF1, decimal)];
  return section(
    `Compared with ${nameB}`,
    html`<p>${verdict(comparison)}</p>`,
    html`<div class="scroll"><table>
<thead><tr><th class="name" scope="col">Score</th><th scope="col">${breakable(nameA)}</th><th scope="col">${breakable(nameB)}</th><th scope="col">Difference</th><th scope="col">95% interval</th><th scope="col">p</th></tr></thead>
<tbody>${rows}</tbody></table></div>`,
    countsTable(comparison),
    html`<p class="note">The difference is ${nameB} minus ${nameA}; interval and p from a paired bootstrap over the rows.</p>`,
  );
}

function verdict({ nameA, nameB, result }: NamedComparison): string {
  const { onlyA, onlyB } = result.counts;
  const p = result.kind === "single-label" ? result.mcnemarP : result.microF1.p;
  const alone = `${nameA} alone has ${whole(onlyA)} rows right, ${nameB} alone ${whole(onlyB)}.`;
  if (p === null) return alone;
  const test = result.kind === "single-label" ? "exact McNemar test" : "paired bootstrap of micro-F1";
  const meaning = p < 0.05 ? "Chance hardly explains the difference" : "The difference could well be chance";
  return `${alone} ${meaning} (${test}, p ${p < 0.001 ? pValue(p) : `= ${pValue(p)}`}).`;
}

function differenceRow(
  name: string,
  { a, b, difference, interval, p }: PairedDifference,
  format: (value: number) => string,
): Markup {
  const ends = interval ? interval.map((end) => signed(end, decimal)).join(" to ") : "–";
  return html`<tr><th scope="row" class="name">${name}</th><td>${format(a)}</td><td>${format(b)}</td><td>${signed(difference, decimal)}</td><td>${ends}</td><td>${p === null ? "–" : pValue(p)}</td></tr>`;
}

function countsTable({ nameA, nameB, result: { counts } }: NamedComparison): Markup {
  return html`<h3>Rows by who has them right</h3><div class="scroll"><table>
<thead><tr><th class="name"></th><th scope="col">${breakable(nameB)} right</th><th scope="col">${breakable(nameB)} wrong</th></tr></thead>
<tbody><tr><th scope="row" class="name">${breakable(nameA)} right</th><td>${whole(counts.bothRight)}</td><td>${whole(counts.onlyA)}</td></tr>
<tr><th scope="row" class="name">${breakable(nameA)} wrong</th><td>${whole(counts.onlyB)}</td><td>${whole(counts.bothWrong)}</td></tr></tbody></table></div>`;
}
