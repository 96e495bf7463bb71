import type { Dataset } from "../data/dataset.js";
import { selectRows } from "../data/dataset.js";
import { duplicateGroups } from "../data/duplicates.js";
import { encodeLabels, labelSetOf } from "../data/labels.js";
import { stratifiedFolds } from "../data/split.js";
import { requireTrainable } from "../data/trainable.js";
import { Random } from "../random.js";
import { SeveralLabelsARowError, TooFewRowsError } from "./errors.js";
import type { RunManifest } from "./run-folder.js";
import { strangeLabels } from "./strange-labels.js";

/** The rows of an experiment: a pool to draw training rows from, and rows that are only ever scored. */
export interface ExperimentData {
  name: string;
  /** [K] */
  labelNames: readonly string[];
  /** The pool, [N]. */
  texts: readonly string[];
  /** [N] */
  labels: Int32Array;
  testTexts: readonly string[];
  /** Classes of the test rows; -1 for a label that the pool lacks. */
  testLabels: Int32Array;
  /** Where the test rows come from, in words. */
  testOrigin: string;
  fingerprints: RunManifest["data"];
}

/** Test rows in place of a part of the data. */
export interface GivenTest {
  dataset: Dataset;
  /** Of these, only the rows with these numbers. */
  rows?: readonly number[];
}

/** Of so many parts one is held out for testing where no test rows are given. */
const PARTS = 3;
const FEWEST_TEST_ROWS = 10;

/**
 * Takes test rows as given, or holds a stratified third of the rows out, equal texts together.
 * @throws SeveralLabelsARowError, TooFewRowsError, NoSharedLabelError, and the errors of `requireTrainable`
 */
export function experimentData(
  given: Dataset,
  options: { command: string; seed: number; test?: GivenTest },
): ExperimentData {
  const { command, seed, test } = options;
  if (given.multiLabel) throw new SeveralLabelsARowError(given.name, command);
  const dataset = requireTrainable(given);
  const labelSet = labelSetOf(dataset);
  const labels = encodeLabels(dataset, labelSet);
  const fingerprints: RunManifest["data"] = { train: factsOf(dataset) };
  const known = { name: dataset.name, labelNames: labelSet.names, fingerprints };
  if (test) {
    if (test.dataset.multiLabel) throw new SeveralLabelsARowError(test.dataset.name, command);
    const testing = test.rows ? selectRows(test.dataset, test.rows) : test.dataset;
    fingerprints.test = factsOf(testing);
    const origin = test.rows ? `${testing.texts.length} listed rows of ${testing.name}` : testing.name;
    return {
      ...known,
      texts: dataset.texts,
      labels,
      testTexts: testing.texts,
      testLabels: encodeLabels(testing, labelSet),
      testOrigin: `${origin}${strangeLabels(testing, labelSet, dataset.name)}`,
    };
  }
  const part = stratifiedFolds(labels, PARTS, new Random(seed), duplicateGroups(dataset.texts));
  const rows = [...part.keys()];
  const [pool, held] = [rows.filter((row) => part[row] !== 0), rows.filter((row) => part[row] === 0)];
  if (held.length < FEWEST_TEST_ROWS) {
    throw new TooFewRowsError(dataset.name, `found ${rows.length} rows`, `${PARTS * FEWEST_TEST_ROWS}, or --test`);
  }
  return {
    ...known,
    texts: pool.map((row) => dataset.texts[row]),
    labels: Int32Array.from(pool, (row) => labels[row]),
    testTexts: held.map((row) => dataset.texts[row]),
    testLabels: Int32Array.from(held, (row) => labels[row]),
    testOrigin: `a stratified third of ${dataset.name}, held out`,
  };
}

function factsOf({ name, fingerprint, texts }: Dataset) {
  return { name, fingerprint, rows: texts.length };
}
