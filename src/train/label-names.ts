import { lastOf } from "../encoder/encoder.js";
import { nameEvidence } from "../head/label-names.js";
import { type Features, rowsOf, type Targets } from "../head/linear.js";
import { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type Selection, type SelectOptions, selectHead } from "./select.js";

/** From so many rows a label on, names change nothing that could be measured: docs/decisions/0012. */
const rowsThatSayAll = 100;

/** Whether rows are so few that what their labels are called may tell more. */
export function namesMayTell(targets: Targets): boolean {
  return rowsOf(targets) < rowsThatSayAll * targets.classes;
}

/** What was seen of the labels' names on the training rows. */
export interface LabelNamesRecord {
  /** Share of a label's rows whose nearest name is the label's own, mean over the labels. */
  recall: number;
  /** What names that say nothing would come to: 1/K. */
  chance: number;
  /** Of rows held out in turn, learnt from texts alone and from the names as well. */
  logLoss: { without: number; with: number };
  /** Where the recall is a standard error above chance, and the log loss lower with the names. */
  used: boolean;
}

/** A selection, and what was seen of the labels' names where there were any. */
export type ChosenSelection = Selection & { named?: LabelNamesRecord };

/**
 * Chooses features and C, and whether to learn from what the labels are called: the names have to lie near their texts, and to help in
 * cross-validation on the same folds.
 *
 * @param featureSets [N, F]; `last`, the sentence embedding, or `last3` is among them. @param options names: [K, F], the same of the names
 */
export async function selectWithNames(
  tensorflow: Tensorflow,
  featureSets: Record<string, Features>,
  targets: Targets,
  options: SelectOptions,
): Promise<ChosenSelection> {
  const { names } = options;
  if (!names) return selectHead(tensorflow, featureSets, targets, options);
  const { seed } = options.random.fork();
  const select = (given: typeof names | undefined, before: number) =>
    selectHead(tensorflow, featureSets, targets, {
      ...options,
      names: given,
      random: new Random(seed),
      onProgress: (done, total) => options.onProgress?.(before * total + done, 2 * total),
    });
  const [without, withNames] = [await select(undefined, 0), await select(names, 1)];
  const logLoss = { without: lowestLoss(without), with: lowestLoss(withNames) };
  const { recall, areTelling } = nameEvidence(embeddings(names), embeddings(featureSets), targets);
  const used = areTelling && logLoss.with < logLoss.without;
  return { ...(used ? withNames : without), named: { recall, chance: 1 / targets.classes, logLoss, used } };
}

function lowestLoss({ scores }: Selection): number {
  return Math.min(...scores.map(({ meanLogLoss }) => meanLogLoss));
}

function embeddings({ last, last3 }: Record<string, Features>): Features {
  return last ?? lastOf(last3);
}
