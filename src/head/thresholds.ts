/** Evidence of this many rows with the label weighs as much as the default threshold. */
const PRIOR_POSITIVES = 10;
const DEFAULT_THRESHOLD = 0.5;
const LOWEST = 0.05;
const HIGHEST = 0.95;

/**
 * For each label the threshold with the best F1, drawn towards 0.5 where few rows have the label.
 *
 * The rule: t* lies in the gap between the two neighbouring probabilities where cutting gives the highest F1, at 0.5 where
 * the gap holds it, else in its middle; on a tie the cut nearest 0.5. With n rows that have the label the threshold is
 * 0.5 + (t* − 0.5) · n / (n + 10), kept within [0.05, 0.95]. A label that no row has, or every row, keeps 0.5. Rows with
 * p ≥ threshold get the label.
 *
 * @param probabilities [N, K], out-of-fold
 * @param labels [N, K], 0 or 1
 * @returns [K]
 */
export function bestThresholds(probabilities: Float32Array, labels: Uint8Array, classes: number): Float32Array {
  const rows = labels.length / classes;
  return Float32Array.from({ length: classes }, (_, k) => {
    const order = Array.from({ length: rows }, (_, row) => row * classes + k);
    order.sort((a, b) => probabilities[b] - probabilities[a]);
    const positives = order.reduce((sum, at) => sum + labels[at], 0);
    if (positives === 0 || positives === rows) return DEFAULT_THRESHOLD;
    const best = bestCut(
      order.map((at) => probabilities[at]),
      order.map((at) => labels[at]),
      positives,
    );
    const shrunk = DEFAULT_THRESHOLD + ((best - DEFAULT_THRESHOLD) * positives) / (positives + PRIOR_POSITIVES);
    return Math.min(HIGHEST, Math.max(LOWEST, shrunk));
  });
}

/** @param p descending. @param labels of the same rows. */
function bestCut(p: number[], labels: number[], positives: number): number {
  let best = DEFAULT_THRESHOLD;
  let bestF1 = -1;
  let hits = 0;
  for (let taken = 1; taken <= p.length; taken++) {
    hits += labels[taken - 1];
    const next = taken < p.length ? p[taken] : 0;
    if (next === p[taken - 1]) continue; // no threshold parts equal probabilities
    const f1 = (2 * hits) / (taken + positives);
    const cut = cutBetween(next, p[taken - 1]);
    const nearer = Math.abs(cut - DEFAULT_THRESHOLD) < Math.abs(best - DEFAULT_THRESHOLD);
    if (f1 > bestF1 || (f1 === bestF1 && nearer)) {
      bestF1 = f1;
      best = cut;
    }
  }
  return best;
}

/** 0.5 where it lies in the gap, else the middle. */
function cutBetween(low: number, high: number): number {
  return low < DEFAULT_THRESHOLD && DEFAULT_THRESHOLD <= high ? DEFAULT_THRESHOLD : (low + high) / 2;
}
