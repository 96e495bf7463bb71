/** How far below the first quartile, in interquartile ranges, a row's closeness makes it an outlier: Tukey's (1977) for "far out". */
const FAR_OUT = 3;

/**
 * Rows that are much less close to their nearest rows than others are, the farthest first.
 * @param closeness [N], see `Repeats`. @returns score 0 … 1: 1 is opposite to everything.
 */
export function outliersOf(closeness: Float64Array): { row: number; score: number }[] {
  if (closeness.length < 8) return [];
  const sorted = closeness.toSorted();
  const quartile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  const limit = quartile(0.25) - FAR_OUT * (quartile(0.75) - quartile(0.25));
  const rows = [...closeness.keys()].filter((row) => closeness[row] < limit);
  return rows.map((row) => ({ row, score: (1 - closeness[row]) / 2 })).sort((a, b) => b.score - a.score);
}
