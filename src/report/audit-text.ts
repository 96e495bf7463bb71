import type { AuditResult } from "../audit/audit.js";
import { findingKinds } from "../audit/finding.js";
import { hardPairSentences, kindWords, labelChange, noiseSentence } from "./audit-words.js";
import { shortened } from "./format.js";
import { wrapped } from "./text-table.js";

const COLUMNS = 80;

/** What an audit found, for a terminal of 80 columns. @param shown findings of each kind */
export function auditText(result: AuditResult, shown: number): string {
  const { data, rows, labels, counts, findings } = result;
  const kinds = findingKinds.filter((kind) => counts[kind] > 0);
  const lines = [
    `${data}: ${rows.toLocaleString("en-US")} rows, ${labels.length} labels`,
    wrapped(noiseSentence(result)),
  ];
  for (const kind of kinds) {
    const own = findings.filter((finding) => finding.kind === kind);
    lines.push("", `${kindWords[kind].title}: ${counts[kind].toLocaleString("en-US")}`);
    for (const finding of own.slice(0, shown)) {
      const suggestion = kind === "conflict" && finding.suggested ? `${labelChange(finding)}: ` : "";
      lines.push(indented(`line ${finding.line}: ${suggestion}${finding.reason}`));
      if (finding.text !== "") lines.push(`      ${shortened(finding.text.replace(/\s+/g, " "), COLUMNS - 6)}`);
    }
    if (own.length > shown) lines.push(`  … and ${(own.length - shown).toLocaleString("en-US")} more`);
  }
  if (kinds.length === 0) lines.push("", "Nothing to look at again.");
  const pairs = hardPairSentences(result, 5);
  if (pairs.length > 0) lines.push("", "Hard to tell apart:", ...pairs.map(indented));
  return lines.join("\n");
}

function indented(text: string): string {
  return wrapped(text, COLUMNS - 2).replace(/^/gm, "  ");
}
