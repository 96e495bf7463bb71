import type { Encoder } from "../encoder/encoder.js";
import { inWords } from "../head/label-names.js";
import type { Features } from "../head/linear.js";

/** What the labels are called. */
export interface LabelNames {
  /** In words, [K] */
  texts: readonly string[];
  /** [K, F], of the same kind as the rows' features */
  features: Features;
}

/** @param names [K] */
export async function encodeLabelNames(encoder: Encoder, names: readonly string[]): Promise<LabelNames> {
  const texts = names.map(inWords);
  return { texts, features: await encoder.encode(texts) };
}
