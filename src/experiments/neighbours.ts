import type { Features } from "../head/linear.js";

/** Neighbours that vote. */
const K = 5;

/**
 * Accuracy of the vote of each row's five nearest other rows by inner product (the rows of a layer's features have unit length): leave-one-out,
 * so nothing is trained. Ties go to the nearer neighbour's class.
 */
export function nearestNeighbourAccuracy({ rows, size, data }: Features, labels: Int32Array): number {
  let right = 0;
  const nearest = Math.min(K, rows - 1);
  const similarity = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let other = 0; other < rows; other++) {
      let product = 0;
      for (let f = 0; f < size; f++) product += data[row * size + f] * data[other * size + f];
      similarity[other] = other === row ? Number.NEGATIVE_INFINITY : product;
    }
    const order = [...similarity.keys()].sort((a, b) => similarity[b] - similarity[a]).slice(0, nearest);
    const votes = new Map<number, number>();
    for (const other of order) votes.set(labels[other], (votes.get(labels[other]) ?? 0) + 1);
    const [winner] = [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best));
    if (winner === labels[row]) right++;
  }
  return right / rows;
}
