/** What is wrong with a row, the gravest first: the order in which findings are ranked. */
export const findingKinds = ["empty", "conflict", "label", "leak", "language", "duplicate", "outlier", "long"] as const;

/**
 * `empty`: no text; `conflict`: the same text, or nearly, with another label; `label`: probably a wrong label; `leak`: stands in the other file
 * too; `language`: another language than most; `duplicate`: repeats an earlier row; `outlier`: unlike all other rows; `long`: only its
 * beginning is read.
 */
export type FindingKind = (typeof findingKinds)[number];

/** A row to look at again. */
export interface Finding {
  kind: FindingKind;
  /** Index of the row, from 0; -1 for an empty one, which is in no dataset. */
  row: number;
  /** Where it starts in the file. */
  line: number;
  /** 0 … 1, how sure or how grave: findings of a kind are ranked by it. */
  score: number;
  /** A sentence for people. */
  reason: string;
  labels: readonly string[];
  /** What the label may rather be. */
  suggested?: readonly string[];
  /** The row that it repeats or contradicts: in the same file, or in the other one (`leak`). */
  otherLine?: number;
  text: string;
}

/** By kind, then by score, then in the order of the file. */
export function ranked(findings: readonly Finding[]): Finding[] {
  const order = (kind: FindingKind) => findingKinds.indexOf(kind);
  return [...findings].sort((a, b) => order(a.kind) - order(b.kind) || b.score - a.score || a.line - b.line);
}
