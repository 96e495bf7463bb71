/** Ways to train, the transferring ones first. */
export const curveMethods = ["head", "adapted", "bag-of-words", "random-weights", "majority"] as const;
export type CurveMethod = (typeof curveMethods)[number];

/** What starts from a pretrained encoder. */
export const transferring: readonly CurveMethod[] = ["head", "adapted"];
/** What knows nothing but the training rows. */
export const fromScratch: readonly CurveMethod[] = ["bag-of-words", "random-weights"];
