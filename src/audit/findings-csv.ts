import { stringify } from "csv-stringify/sync";
import type { Finding } from "./finding.js";

const columns = ["rank", "line", "problem", "score", "label", "suggested_label", "reason", "other_line", "text"];

/** Findings as CSV (RFC 4180), one a line in their order; several labels are joined with `|`. */
export function findingsCsv(findings: readonly Finding[]): string {
  const rows = findings.map(({ kind, line, score, labels, suggested, reason, otherLine, text }, at) => [
    at + 1,
    line,
    kind,
    score.toFixed(4),
    labels.join("|"),
    suggested?.join("|") ?? "",
    reason,
    otherLine ?? "",
    text,
  ]);
  return stringify([columns, ...rows]);
}
