import type { AuditResult } from "../audit/audit.js";
import { type Finding, type FindingKind, findingKinds } from "../audit/finding.js";
import { kindWords, labelChange, noiseSentence } from "./audit-words.js";
import { counted, percent, whole } from "./format.js";
import { breakable, html, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { excerpt } from "./sections/errors.js";
import { provenanceSection } from "./sections/provenance.js";
import { sortableTable } from "./sortable-table.js";
import type { Provenance } from "./types.js";

/** Examples of each kind on the page; the CSV has all. */
const EXAMPLES = 50;

/** An audit as one self-contained page. The same result gives the same bytes. */
export function renderAudit(result: AuditResult, provenance: Provenance): string {
  const { data, rows, labels, counts } = result;
  const kinds = findingKinds.filter((kind) => counts[kind] > 0);
  return renderPage({
    title: `Audit of ${data}`,
    lead: `${counted(rows, "row")} · ${counted(labels.length, "label")} · ${provenance.date}`,
    sections: [
      html`<p class="finding">${noiseSentence(result)}</p>`,
      html`<dl class="figures">${kinds.map((kind) => html`<div><dt>${kindWords[kind].title}</dt><dd>${whole(counts[kind])}</dd></div>`)}</dl>`,
      kinds.length === 0 && html`<p>Nothing to look at again.</p>`,
      kinds.map((kind) => kindSection(kind, result)),
      pairsSection(result),
      section("Labels", labelsTable(result)),
      provenanceSection(provenance),
    ],
  });
}

function kindSection(kind: FindingKind, { findings, counts }: AuditResult): Markup {
  const own = findings.filter((finding) => finding.kind === kind);
  const { title, advice } = kindWords[kind];
  return section(
    `${title}: ${whole(counts[kind])}`,
    html`<p class="note">${advice}</p>`,
    html`<ol class="errors">${own.slice(0, EXAMPLES).map(item)}</ol>`,
    own.length > EXAMPLES && html`<p class="note">The first ${EXAMPLES}; the CSV of <code>--out</code> has all.</p>`,
  );
}

function item(finding: Finding): Markup {
  const { kind, line, reason, text } = finding;
  const labels = kind !== "empty" && html`<strong>${breakable(labelChange(finding))}</strong> · `;
  return html`<li><p>${labels}<span class="note">line ${line} · ${reason}</span></p>
${text !== "" && excerpt(text)}</li>
`;
}

function pairsSection({ hardPairs }: AuditResult): Markup | null {
  if (hardPairs.length === 0) return null;
  const rows = hardPairs.map(({ a, b, confused, share }) => [
    a,
    b,
    { shown: whole(confused), value: confused },
    { shown: percent(share), value: share },
  ]);
  return section(
    "Hard to tell apart",
    html`<p class="note">Classes taken for one another by classifiers that had not seen the row: describe the difference to whoever labels, or merge them.</p>`,
    sortableTable(["Class", "and", "Rows taken for the other", "Share"], rows),
  );
}

function labelsTable({ labels }: AuditResult): Markup {
  return sortableTable(
    ["Label", "Rows", "Suspicious", "Share"],
    labels.map(({ label, rows, suspicious }) => [
      label,
      { shown: whole(rows), value: rows },
      { shown: whole(suspicious), value: suspicious },
      { shown: percent(rows === 0 ? 0 : suspicious / rows), value: rows === 0 ? 0 : suspicious / rows },
    ]),
  );
}
