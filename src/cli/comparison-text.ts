import type { PairedComparison } from "../evaluate/paired-comparison.js";
import type { PairedDifference } from "../evaluate/paired-difference.js";
import { table } from "./print.js";

/** A paired test for the terminal; differences are B minus A. */
export function comparisonText(nameA: string, nameB: string, comparison: PairedComparison): string {
  const { counts } = comparison;
  const rows: [string, string][] =
    comparison.kind === "single-label"
      ? [
          ["accuracy", differenceText(comparison.accuracy)],
          ["macro-F1", differenceText(comparison.macroF1)],
          ["McNemar", `p ${comparison.mcnemarP.toFixed(4)}`],
        ]
      : [
          ["micro-F1", differenceText(comparison.microF1)],
          ["macro-F1", differenceText(comparison.macroF1)],
        ];
  rows.push([
    "rows right",
    `both ${counts.bothRight}, only ${nameA} ${counts.onlyA}, only ${nameB} ${counts.onlyB}, neither ${counts.bothWrong}`,
  ]);
  return `${nameB} minus ${nameA}, on the same rows:\n${table(rows)}`;
}

function differenceText({ difference, interval, p }: PairedDifference): string {
  const signed = (value: number) => `${value < 0 ? "" : "+"}${(100 * value).toFixed(1)}`;
  const range = interval ? ` [${interval.map(signed).join(", ")}]` : "";
  return `${signed(difference)} points${range}${p === null ? "" : `, p ${p.toFixed(4)}`}`;
}
