/**
 * Padded tokens in one batch. Measured with scripts/throughput.ts: larger batches gain nothing and cost memory, smaller
 * ones leave the matrix products too thin.
 */
export const batchTokens = 2048;

/**
 * Groups texts of like length, so that almost nothing is padded: longest first, ties in the given order.
 * @param lengths [N], in tokens. @returns batches of indices into `lengths`; each text in exactly one.
 */
export function lengthBatches(lengths: ArrayLike<number>, budget = batchTokens): number[][] {
  const order = Array.from({ length: lengths.length }, (_, i) => i).sort((a, b) => lengths[b] - lengths[a] || a - b);
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const i of order) {
    if (batch.length > 0 && (batch.length + 1) * lengths[batch[0]] > budget) {
      batches.push(batch);
      batch = [];
    }
    batch.push(i);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
