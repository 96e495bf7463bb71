/**
 * Splits a few texts into batches of like length, so that padding and the number of runs together cost least (dynamic programming over
 * the lengths in order). Takes N² steps: `lengthBatches` is for thousands.
 *
 * @param lengths [N], in tokens. @param budget padded tokens in one batch; a longer text has a batch to itself.
 * @param runCost what starting one more run costs, in padded tokens.
 * @returns groups of indices into `lengths`, longest texts first; each index in exactly one.
 */
export function cheapestBatches(lengths: ArrayLike<number>, budget: number, runCost: number): number[][] {
  const order = Array.from({ length: lengths.length }, (_, i) => i).sort((a, b) => lengths[b] - lengths[a] || a - b);
  const best = [0]; // best[n]: cost of the first n in order
  const starts = [0];
  for (let end = 1; end <= order.length; end++) {
    best[end] = Number.POSITIVE_INFINITY;
    for (let start = end - 1; start >= 0; start--) {
      const padded = (end - start) * lengths[order[start]];
      if (padded > budget && end - start > 1) break;
      const cost = best[start] + padded + runCost;
      if (cost < best[end]) [best[end], starts[end]] = [cost, start];
    }
  }
  const groups: number[][] = [];
  for (let end = order.length; end > 0; end = starts[end]) groups.unshift(order.slice(starts[end], end));
  return groups;
}
