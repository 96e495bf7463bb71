import { HeadstartError } from "../errors.js";

/** Training went astray: a loss or a weight is no number any more. */
export class DivergenceError extends HeadstartError {
  readonly code = "DIVERGED";

  /** @param steps that were done */
  constructor(steps: number, learningRate: number) {
    super(
      `Training diverged: after ${steps} steps the loss or the weights are no numbers. Lower learningRate (it was ${learningRate}) or weightDecay in the recipe, or leave them out.`,
    );
  }
}
