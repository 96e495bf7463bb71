import { attributeOf, intAttribute } from "../../onnx/graph.js";
import type { NodeProto } from "../../onnx/schema.js";
import type { GradientBuilder } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { frontAxis, isFixed } from "../shape.js";

/**
 * yᵢ = exp(xᵢ)/Σₖ exp(xₖ) over an axis. Every xⱼ is in the denominator of every yᵢ: ∂yᵢ/∂xⱼ = yᵢ(δᵢⱼ − yⱼ). Hence
 * dxⱼ = Σᵢ dyᵢ yᵢ(δᵢⱼ − yⱼ) = yⱼ(dyⱼ − Σᵢ dyᵢ yᵢ).
 *
 * Up to operator set 12 it went over all axes from `axis` on, as if they were one.
 */
export const Softmax: Rule = (g, node, dy) => [softmaxGradient(g, node.output[0], dy, softmaxAxes(g, node))];

/** y (dy − Σ dy·y), with the sum over `axes`. */
export function softmaxGradient(g: GradientBuilder, y: string, dy: string, axes: readonly number[]): string {
  return g.mul(y, g.sub(dy, g.sum(g.mul(dy, y), axes)));
}

function softmaxAxes(g: GradientBuilder, node: NodeProto): number[] {
  const rank = g.rank(node.input[0]);
  const axis = frontAxis(intAttribute(node, "axis", g.opset < 13 ? 1 : -1), rank);
  return g.opset < 13 ? Array.from({ length: rank - axis }, (_, i) => axis + i) : [axis];
}

/**
 * y = x̂ γ + β, x̂ = (x − μ)/σ, μ = mean x, σ = √(mean (x − μ)² + ε) over the last axes (Ba et al. 2016).
 *
 * dβ = dy and dγ = dy x̂, which the walker sums over the axes along which β and γ were broadcast. Into x̂ flows dx̂ = dy γ.
 * All n elements of x move μ and σ: ∂μ/∂xⱼ = 1/n and ∂σ/∂xⱼ = (xⱼ − μ)/(nσ) = x̂ⱼ/n, so
 * ∂x̂ᵢ/∂xⱼ = (δᵢⱼ − 1/n − x̂ᵢ x̂ⱼ/n)/σ, and by summing over i: dx = (dx̂ − mean dx̂ − x̂ mean(dx̂ x̂))/σ.
 */
export const LayerNormalization: Rule = (g, node, dy) => {
  const [x, gamma] = node.input;
  const rank = g.rank(x);
  const first = frontAxis(intAttribute(node, "axis", -1), rank);
  const axes = Array.from({ length: rank - first }, (_, i) => first + i);
  if (!axes.every((axis) => isFixed(g.shape(x)[axis]))) throw new NoGradient("it normalises over a varying length");
  const centred = g.sub(x, g.mean(x, axes));
  const variance = g.mean(g.mul(centred, centred), axes);
  const sigma = g.unary("Sqrt", g.add(variance, attributeOf(node, "epsilon")?.f ?? 1e-5));
  const normal = g.div(centred, sigma);
  const dNormal = g.mul(dy, gamma);
  const projected = g.mul(normal, g.mean(g.mul(dNormal, normal), axes));
  const dx = g.div(g.sub(g.sub(dNormal, g.mean(dNormal, axes)), projected), sigma);
  return [dx, g.mul(dy, normal), dy];
};
