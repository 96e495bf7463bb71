/** Rows that a model is surest of, with what it says of them. */
export interface PseudoLabels {
  rows: number[];
  labels: number[];
}

/**
 * The surest share of the rows of each predicted class, so that no class crowds the others out (Zou et al. 2018, class-balanced self-training).
 * @param probabilities [N, K] @param share of each class, at least one row of a class that is predicted at all
 */
export function surestRows(probabilities: Float32Array, classes: number, share: number): PseudoLabels {
  const rows = probabilities.length / classes;
  const ofClass: { row: number; confidence: number }[][] = Array.from({ length: classes }, () => []);
  for (let row = 0; row < rows; row++) {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    const confidence = own.reduce((a, b) => Math.max(a, b));
    ofClass[own.indexOf(confidence)].push({ row, confidence });
  }
  const chosen = ofClass.flatMap((members, label) =>
    members
      .sort((a, b) => b.confidence - a.confidence || a.row - b.row)
      .slice(0, Math.max(1, Math.round(share * members.length)))
      .map(({ row }) => ({ row, label })),
  );
  chosen.sort((a, b) => a.row - b.row);
  return { rows: chosen.map(({ row }) => row), labels: chosen.map(({ label }) => label) };
}
