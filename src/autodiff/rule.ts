import type { NodeProto } from "../onnx/schema.js";
import type { GradientBuilder } from "./builder.js";

/**
 * The backward rule of an operator: given dy, writes dx for each of the node's inputs into the builder.
 *
 * The comments of the rules write y = f(x) for the operator, dx for ∂L/∂x, a tensor of x's shape, and use that
 * L changes by Σ dy·(∂y/∂x · δx) when x changes by δx: the factor of δx, brought into x's shape, is dx. Products are
 * elementwise unless they are between matrices (capital letters).
 *
 * A rule may return a gradient in the shape of the output where inputs were broadcast, and gradients that nobody needs:
 * the walker sums over broadcast axes and drops what does not lead to a trained weight. `null` means that an input has
 * no gradient (indices, shapes, conditions), never that it is zero.
 *
 * @param dy the gradient of the first output that has one; the only one but for Split.
 * @param dys the gradients of all outputs, null where an output does not matter.
 * @throws NoGradient for a use of the operator that the rule does not cover.
 */
export type Rule = (g: GradientBuilder, node: NodeProto, dy: string, dys: readonly (string | null)[]) => Gradients;

/** One for each input of the node; those at the end may be left out. */
export type Gradients = readonly (string | null)[];

/** A use of an operator that its rule does not cover; the walker adds which node it was. */
export class NoGradient extends Error {}
