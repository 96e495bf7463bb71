import { EvaluationInputError } from "./errors.js";
import type { MultiLabelInput, SingleLabelInput } from "./types.js";

/**
 * Checks lengths, ids and probabilities.
 * @throws EvaluationInputError for no rows, lengths that do not match, ids out of range, probabilities outside [0, 1].
 */
export function checkSingleLabel({ probabilities, labels, labelNames }: SingleLabelInput): void {
  const classes = labelNames.length;
  checkShape(probabilities, labels.length, classes);
  for (const id of labels) {
    if (id < -1 || id >= classes) throw new EvaluationInputError("label id", id, `-1 … ${classes - 1}`);
  }
}

/**
 * Checks lengths and probabilities.
 * @throws EvaluationInputError for no rows, lengths that do not match, marks that are not 0 or 1, probabilities outside [0, 1].
 */
export function checkMultiLabel({ probabilities, labels, thresholds, labelNames }: MultiLabelInput): void {
  const classes = labelNames.length;
  if (thresholds.length !== classes) throw new EvaluationInputError("thresholds", thresholds.length, `${classes}`);
  if (labels.length % classes !== 0) {
    throw new EvaluationInputError("label marks", labels.length, `a multiple of the ${classes} labels`);
  }
  checkShape(probabilities, labels.length / classes, classes);
  const stray = labels.find((mark) => mark > 1);
  if (stray !== undefined) throw new EvaluationInputError("label mark", stray, "0 or 1");
}

function checkShape(probabilities: Float32Array, rows: number, classes: number): void {
  if (rows === 0) throw new EvaluationInputError("rows", 0, "at least 1");
  if (classes === 0) throw new EvaluationInputError("label names", 0, "at least 1");
  if (probabilities.length !== rows * classes) {
    throw new EvaluationInputError("probabilities", probabilities.length, `${rows} rows × ${classes} labels`);
  }
  const tolerance = 1e-5;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i];
    if (!(p >= 0 && p <= 1 + tolerance)) {
      throw new EvaluationInputError(`probability of row ${Math.floor(i / classes) + 1}`, p, "a number from 0 to 1");
    }
  }
}
