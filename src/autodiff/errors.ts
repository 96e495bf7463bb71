import { HeadstartError } from "../errors.js";

/** An operator on the way from the trained weights to the output has no backward rule, or none for this use of it. */
export class MissingRuleError extends HeadstartError {
  readonly code = "MISSING_RULE";

  /**
   * @param problem what the rule cannot do; undefined when there is no rule at all.
   * @param deepest how many of the last layers can be adapted; undefined where that is not known.
   */
  constructor(
    readonly opType: string,
    readonly node: string,
    readonly problem?: string,
    deepest?: number,
  ) {
    const what = problem
      ? `The operator ${opType} (node ${node}) cannot be differentiated here: ${problem}.`
      : `The operator ${opType} (node ${node}) has no backward rule.`;
    const next =
      deepest === undefined
        ? "Adapt fewer layers, or export the model with standard operators."
        : deepest === 0
          ? "No layer of this encoder can be adapted: export it with standard operators, or keep it frozen."
          : `The last ${deepest === 1 ? "layer" : `${deepest} layers`} can be adapted: use --adapt ${deepest}, or export the model with standard operators.`;
    super(`${what} ${next}`);
  }
}

/** A rule returned a gradient that does not fit the tensor: a mistake in the rule, not in the input. */
export class GradientShapeError extends Error {
  constructor(opType: string, input: string, found: string, wanted: string) {
    super(`The rule of ${opType} gave a gradient of shape ${found} for ${input}, whose shape is ${wanted}.`);
  }
}
