import { rowsOf, type Targets } from "./linear.js";

/**
 * scikit-learn's `class_weight="balanced"`, N / (classes · count).
 *
 * Single-label: [K]; a class without rows gets 1. Multi-label: [K, 2], for each label the weight of the rows without it and
 * of the rows with it, N / (2 · count), which is what K separate binary classifiers would use.
 */
export function balancedClassWeights(targets: Targets): Float32Array {
  const rows = rowsOf(targets);
  const counts = countsOf(targets);
  const perProblem = targets.kind === "single-label" ? targets.classes : 2;
  return Float32Array.from(counts, (count) => (count === 0 ? 1 : rows / (perProblem * count)));
}

/** Rows of each class [K], or without and with each label [K, 2]. */
function countsOf(targets: Targets): Float64Array {
  const { classes, labels } = targets;
  if (targets.kind === "single-label") {
    const counts = new Float64Array(classes);
    for (const label of labels) counts[label]++;
    return counts;
  }
  const counts = new Float64Array(2 * classes);
  for (let i = 0; i < labels.length; i++) counts[2 * (i % classes) + labels[i]]++;
  return counts;
}
