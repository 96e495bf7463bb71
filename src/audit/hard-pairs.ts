import type { LabelledProbabilities } from "./confident-joint.js";

/** Two classes that are hard to tell apart. */
export interface HardPair {
  a: string;
  b: string;
  /** Rows of either that are taken for the other by heads which had not seen them. */
  confused: number;
  /** Of the rows of both. */
  share: number;
}

/** The pairs of classes with the largest share of rows taken for the other, of those with at least three such rows. */
export function hardPairs(
  { classes, probabilities, labels }: LabelledProbabilities,
  names: readonly string[],
  limit = 10,
): HardPair[] {
  const rows = new Float64Array(classes);
  const taken = new Map<number, number>();
  for (const [row, label] of labels.entries()) {
    rows[label]++;
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    const said = own.indexOf(own.reduce((a, b) => Math.max(a, b)));
    const pair = Math.min(said, label) * classes + Math.max(said, label);
    if (said !== label) taken.set(pair, (taken.get(pair) ?? 0) + 1);
  }
  return [...taken]
    .filter(([, confused]) => confused >= 3)
    .map(([pair, confused]) => {
      const [a, b] = [Math.floor(pair / classes), pair % classes];
      return { a: names[a], b: names[b], confused, share: confused / (rows[a] + rows[b]) };
    })
    .sort((x, y) => y.share - x.share || y.confused - x.confused)
    .slice(0, limit);
}
