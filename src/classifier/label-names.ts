import { type Encoder, lastOf } from "../encoder/encoder.js";
import { inWords, nameEvidence } from "../head/label-names.js";
import { type Features, rowsOf, type Targets } from "../head/linear.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { lossWithAndWithout, namesMayTell } from "../train/label-names.js";
import { rowsForOneRepeat } from "../train/train-head.js";
import { featureSets } from "./feature-sets.js";
import type { LabelNamesRecord } from "./manifest.js";
import type { FitOptions } from "./options.js";

/** What is known of the labels' names. */
export interface LabelNames {
  record: LabelNamesRecord;
  /** Missing where the names are not learnt from. */
  learnt?: LearntNames;
}

/** Names that are learnt from. */
export interface LearntNames {
  /** In words, [K] */
  texts: readonly string[];
  /** [K, F], of the same kind as the rows' features */
  features: Features;
}

/** Rows that names are held against. */
export interface NamedRows {
  /** [N, F] */
  features: Features;
  targets: Targets;
  /** [N], see `duplicateGroups` */
  groups: Int32Array;
}

/**
 * Whether to learn from what the labels are called: the names have to lie near their texts, and to help in cross-validation.
 * @param names [K]. @returns nothing where nobody wants to know, or rows are so many that names cannot matter.
 */
export async function labelNamesOf(
  tensorflow: Tensorflow,
  encoder: Encoder,
  names: readonly string[],
  { features, targets, groups }: NamedRows,
  options: FitOptions = {},
): Promise<LabelNames | undefined> {
  if (options.labelNames === false || !namesMayTell(targets)) return undefined;
  const texts = names.map(inWords);
  const named = await encoder.encode(texts);
  const embeddings = (of: Features) => (encoder.kind === "last3" ? lastOf(of) : of);
  const { recall, areTelling } = nameEvidence(embeddings(named), embeddings(features), targets);
  const sets = (of: Features) => featureSets(of, options.features);
  const { C = 1, folds = 5, classWeight, seed = 42 } = options;
  const logLoss = await lossWithAndWithout(tensorflow, sets(features), targets, sets(named), {
    candidates: Object.keys(sets(features)).map((kind) => ({ features: kind, C })),
    folds,
    groups,
    classWeight,
    repeats: rowsOf(targets) < rowsForOneRepeat ? 3 : 1,
    seed,
  });
  const used = areTelling && logLoss.with < logLoss.without;
  const record = { recall, chance: 1 / targets.classes, logLoss, used };
  return { record, learnt: used ? { texts, features: named } : undefined };
}
