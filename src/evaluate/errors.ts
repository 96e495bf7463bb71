import { HeadstartError } from "../errors.js";

/** What is to be scored does not fit together: lengths, ids or probabilities that cannot be. */
export class EvaluationInputError extends HeadstartError {
  readonly code = "EVALUATION_INPUT";

  constructor(what: string, found: string | number, allowed: string) {
    super(`Cannot score: ${what}: found ${found}, expected ${allowed}.`);
  }
}

/** Two classifiers were to be compared on rows that are not the same. */
export class RowsDifferError extends HeadstartError {
  readonly code = "ROWS_DIFFER";

  constructor(where: string, a: string | number, b: string | number) {
    super(`Cannot compare: ${where}: ${a} for A and ${b} for B. A paired test needs the same rows in the same order.`);
  }
}
