import type { Dataset } from "../data/dataset.js";
import type { LabelSet } from "../data/labels.js";
import { NoSharedLabelError } from "./errors.js";

/**
 * Says of rows to be scored which of their labels the rows trained on lack: no way of training gets them right.
 * @returns words to follow the name of the rows, empty where there is no such label
 * @throws NoSharedLabelError where not one label is shared
 */
export function strangeLabels(
  { name, labels }: Pick<Dataset, "name" | "labels">,
  known: LabelSet,
  trainedOn: string,
): string {
  const isStrange = (label: string) => known.idOf(label) < 0;
  const strange = [...new Set(labels.flat().filter(isStrange))].sort();
  const rows = labels.filter((own) => own.some(isStrange)).length;
  if (rows === 0) return "";
  if (rows === labels.length) throw new NoSharedLabelError(name, strange, trainedOn, known.names);
  const names = strange.length > 5 ? `${strange.slice(0, 5).join(", ")}, …` : strange.join(", ");
  return `; ${rows} of its ${labels.length} rows have labels that ${trainedOn} lacks (${names}) and count as wrong`;
}
