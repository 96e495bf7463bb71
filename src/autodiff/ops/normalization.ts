import { attributeOf, intAttribute } from "../../onnx/graph.js";
import type { NodeProto } from "../../onnx/schema.js";
import type { GradientBuilder } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { frontAxis, isFixed } from "../shape.js";

/**
 * y = softmax(x) over some axes: ∂yᵢ/∂xⱼ = yᵢ(δᵢⱼ − yⱼ), so dx = y (dy − Σ dy·y).
 * Up to operator set 12 it went over all axes from `axis` on, as if they were one.
 */
export const Softmax: Rule = (g, node, dy) => [softmaxGradient(g, node.output[0], dy, softmaxAxes(g, node))];

export function softmaxGradient(g: GradientBuilder, y: string, dy: string, axes: readonly number[]): string {
  return g.mul(y, g.sub(dy, g.sum(g.mul(dy, y), axes)));
}

function softmaxAxes(g: GradientBuilder, node: NodeProto): number[] {
  const rank = g.rank(node.input[0]);
  const axis = frontAxis(intAttribute(node, "axis", g.opset < 13 ? 1 : -1), rank);
  return g.opset < 13 ? Array.from({ length: rank - axis }, (_, i) => axis + i) : [axis];
}

/**
 * y = x̂ γ + β, x̂ = (x − μ)/σ over the last axes (Ba et al. 2016).
 *
 * With ĝ = dy γ, and since μ and σ depend on every element: dx = (ĝ − mean ĝ − x̂ mean(ĝ x̂))/σ; dγ = dy x̂, dβ = dy,
 * which the walker sums over the axes along which γ and β were broadcast.
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
  const scaled = g.mul(dy, gamma);
  const dNormal = g.sub(g.sub(scaled, g.mean(scaled, axes)), g.mul(normal, g.mean(g.mul(scaled, normal), axes)));
  return [g.div(dNormal, sigma), g.mul(dy, normal), dy];
};
