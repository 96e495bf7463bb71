import { type FeatureKind, lastOf } from "../encoder/encoder.js";
import type { Features } from "../head/linear.js";

/** What of an encoder's features a head may choose from. @param features of the last layer where that is wanted, else of the last three. */
export function featureSets(features: Features, wanted: "auto" | FeatureKind = "auto"): Record<string, Features> {
  if (wanted === "last") return { last: features };
  return wanted === "last3" ? { last3: features } : { last: lastOf(features), last3: features };
}
