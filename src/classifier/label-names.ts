import { type Encoder, lastOf } from "../encoder/encoder.js";
import { inWords, nameEvidence } from "../head/label-names.js";
import type { Features, Targets } from "../head/linear.js";
import type { LabelNamesRecord } from "./manifest.js";

/** The labels' names as texts to learn from, where they tell of the labels. */
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

/**
 * Encodes the labels' names and holds them against the labelled rows.
 * @param names [K]. @param features of the rows, [N, F].
 */
export async function labelNamesOf(
  encoder: Encoder,
  names: readonly string[],
  features: Features,
  targets: Targets,
): Promise<LabelNames> {
  const texts = names.map(inWords);
  const named = await encoder.encode(texts);
  const last = (of: Features) => (encoder.kind === "last3" ? lastOf(of) : of);
  const { recall, areTelling } = nameEvidence(last(named), last(features), targets);
  const record = { recall, chance: 1 / targets.classes, used: areTelling };
  return { record, learnt: areTelling ? { texts, features: named } : undefined };
}
