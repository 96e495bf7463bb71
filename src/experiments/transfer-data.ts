import { textReader } from "../data/cells.js";
import { textColumnOf } from "../data/columns.js";
import type { Dataset } from "../data/dataset.js";
import { encodeLabels, labelSetOf } from "../data/labels.js";
import { type OpenOptions, openTable } from "../data/table.js";
import { requireTrainable } from "../data/trainable.js";
import { SeveralLabelsARowError } from "./errors.js";
import { experimentData } from "./examples.js";
import { strangeLabels } from "./strange-labels.js";
import type { TransferData } from "./transfer.js";

/** The target: labelled, or texts alone beside labelled test rows. */
export type Target =
  | { labelled: Dataset; test?: Dataset }
  | { name: string; fingerprint: string; texts: readonly string[]; test: Dataset };

/**
 * Brings two domains together under the source's classes. A labelled target without test rows has a stratified third held out. Target
 * texts of classes that the source lacks stay among the unlabelled ones, as they would where labels are not known.
 * @throws SeveralLabelsARowError, TooFewRowsError, NoSharedLabelError, and the errors of `requireTrainable`
 */
export function transferData(given: Dataset, target: Target, seed: number): TransferData {
  if (given.multiLabel) throw new SeveralLabelsARowError(given.name, "transfer");
  const source = requireTrainable(given);
  const labelSet = labelSetOf(source);
  const facts = ({ name, fingerprint, texts }: Pick<Dataset, "name" | "fingerprint" | "texts">) => ({
    name,
    fingerprint,
    rows: texts.length,
  });
  const known = {
    sourceName: source.name,
    labelNames: labelSet.names,
    source: { texts: source.texts, labels: encodeLabels(source, labelSet) },
  };
  if (!("labelled" in target)) {
    const { test } = target;
    if (test.multiLabel) throw new SeveralLabelsARowError(test.name, "transfer");
    return {
      ...known,
      targetName: target.name,
      target: { texts: target.texts },
      test: { texts: test.texts, labels: encodeLabels(test, labelSet) },
      testOrigin: `${test.name}${strangeLabels(test, labelSet, source.name)}`,
      fingerprints: { source: facts(source), target: facts(target), test: facts(test) },
    };
  }
  const { labelled, test } = target;
  const strange = strangeLabels(test ?? labelled, labelSet, source.name);
  const data = experimentData(labelled, { command: "transfer", seed, test: test && { dataset: test } });
  const ids = Int32Array.from(data.labelNames, (name) => labelSet.idOf(name));
  return {
    ...known,
    targetName: labelled.name,
    target: { texts: data.texts, labels: data.labels.map((label) => ids[label]) },
    test: {
      texts: data.testTexts,
      labels: test ? encodeLabels(test, labelSet) : data.testLabels.map((label) => ids[label]),
    },
    testOrigin: `${test?.name ?? data.testOrigin}${strange}`,
    fingerprints: { source: facts(source), target: facts(labelled), ...(test && { test: facts(test) }) },
  };
}

/** Reads a column of texts; rows without one are left out. @throws the errors of `openTable` and `textColumnOf` */
export async function readTexts(path: string, options: OpenOptions & { text?: string }): Promise<string[]> {
  const table = await openTable(path, options);
  try {
    const textOf = textReader(table, textColumnOf(table, options.text));
    const texts: string[] = [];
    for await (const batch of table.batches()) texts.push(...batch.map(textOf));
    return texts.filter((text) => /\S/.test(text));
  } finally {
    table.close();
  }
}
