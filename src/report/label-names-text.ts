import type { LabelNamesRecord } from "../train/label-names.js";
import { decimal, percent } from "./format.js";

/** Whether what the labels are called was learnt from, and why. */
export function labelNamesText(record: LabelNamesRecord | undefined): string {
  if (!record) return "not learnt from";
  const { recall, chance, logLoss, used } = record;
  const alone = `alone they put ${percent(recall)} of a label's rows right (chance: ${percent(chance)})`;
  const losses = `log loss ${decimal(logLoss.with)} with them, ${decimal(logLoss.without)} without`;
  return `${used ? "learnt from as well" : "not learnt from"}: ${alone}, ${losses}`;
}
