import type { AuditResult } from "../audit/audit.js";
import type { Finding, FindingKind } from "../audit/finding.js";
import { counted, percent, whole } from "./format.js";

/** With less agreement, more of what is flagged is a hard row than a wrong label. */
const TRUSTED = 0.75;

/** What a kind of finding is called, and what to do about it. */
export const kindWords: Record<FindingKind, { title: string; advice: string }> = {
  empty: { title: "Rows without a text", advice: "Fill them in or remove them." },
  conflict: { title: "One text, two labels", advice: "Give both rows the same label, or remove one." },
  label: {
    title: "Labels that are probably wrong",
    advice:
      "Classifiers which had not seen the row are surer of another label. Correct what is wrong; some are right and only rare.",
  },
  leak: {
    title: "Rows that stand in the other file too",
    advice: "Remove them on one side: a score on seen rows is too high.",
  },
  language: {
    title: "Rows in another language",
    advice: "Remove or translate them, unless the classifier is to know such texts.",
  },
  duplicate: {
    title: "Rows that repeat another",
    advice: "Harmless, but labelling or reading them again tells nothing new.",
  },
  outlier: { title: "Rows unlike all others", advice: "Perhaps not of this task at all." },
  long: {
    title: "Texts that are cut",
    advice: "Only the beginning is read: shorten them, or train with more --max-tokens.",
  },
};

/** One sentence on how many labels seem wrong. */
export function noiseSentence({ labelNoise, agreement, multiLabel, counts, rows }: AuditResult): string {
  const of = multiLabel ? "answers to “has the row this label?”" : "labels";
  const agreed = `Classifiers that had not seen a row agree with ${percent(agreement)} of the ${of}`;
  const estimate = `by confident learning about ${percent(labelNoise)} are wrong`;
  const caution =
    agreement < TRUSTED ? " They are often wrong themselves here: hard rows stand beside wrong labels." : "";
  return `${agreed}; ${estimate}, and ${counted(counts.label, "row deserves", "rows deserve")} a look (of ${whole(rows)}).${caution}`;
}

/** A sentence for each pair of classes that is hard to tell apart. */
export function hardPairSentences({ hardPairs }: AuditResult, limit: number): string[] {
  return hardPairs
    .slice(0, limit)
    .map(
      ({ a, b, confused, share }) =>
        `${a} and ${b}: ${counted(confused, "row")} taken for the other (${percent(share)})`,
    );
}

/** `negative → positive`, where another label is suggested. */
export function labelChange({ labels, suggested }: Finding): string {
  const given = labels.join(", ") || "no label";
  return suggested ? `${given} → ${suggested.join(", ") || "no label"}` : given;
}
