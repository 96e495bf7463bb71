/**
 * Average precision AP = Σ_n (R_n - R_{n-1}) P_n over the distinct scores from the highest down, rows of equal score
 * taken together (scikit-learn's `average_precision_score`). 0 when no row is positive.
 * @param probabilities [N, K]. @param labels 0 or 1, [N, K]. @param label the column. @param classes K.
 */
export function averagePrecision(
  probabilities: Float32Array,
  labels: Uint8Array,
  label: number,
  classes: number,
): number {
  const at = (row: number) => row * classes + label;
  const order = Array.from({ length: labels.length / classes }, (_, row) => row);
  order.sort((a, b) => probabilities[at(b)] - probabilities[at(a)]);
  let positives = 0;
  let before = 0;
  let sum = 0;
  for (const [rank, row] of order.entries()) {
    positives += labels[at(row)];
    const next = order[rank + 1];
    if (next !== undefined && probabilities[at(next)] === probabilities[at(row)]) continue;
    sum += (positives - before) * (positives / (rank + 1));
    before = positives;
  }
  return positives === 0 ? 0 : sum / positives;
}
