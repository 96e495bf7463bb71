import type { LabelNamesRecord } from "../classifier/manifest.js";
import { percent } from "./format.js";

/** Whether what the labels are called was learnt from, and why. */
export function labelNamesText(record: LabelNamesRecord | undefined): string {
  if (!record) return "not learnt from";
  const { recall, chance, used } = record;
  const evidence = `alone they put ${percent(recall)} of a label's rows right, ${percent(chance)} would be chance`;
  return `${used ? "learnt from as well" : "not learnt from"}: ${evidence}`;
}
