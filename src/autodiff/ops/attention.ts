import { attributeOf, intAttribute } from "../../onnx/graph.js";
import type { NodeProto } from "../../onnx/schema.js";
import type { GradientBuilder } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { isFixed, sameDim } from "../shape.js";
import { softmaxGradient } from "./normalization.js";

/**
 * Y = P V, P = softmax(S), S = s Q Kᵀ + mask (Vaswani et al. 2017), [B, H, T, d] each.
 *
 * dV = Pᵀ dY, dP = dY Vᵀ, dS by softmax's rule, dQ = s dS K, dK = s dSᵀ Q. P is computed again: the operator keeps it
 * to itself.
 */
export const Attention: Rule = (g, node, dy) => {
  requireSelfAttention(g, node);
  const [q, k, v, mask] = node.input;
  const scale = attributeOf(node, "scale")?.f || 1 / Math.sqrt(g.shape(q)[3][0]);
  const scores = g.mul(g.matMul(q, g.transposeLast(k)), scale);
  const p = softmax(g, mask ? g.add(scores, mask) : scores);
  const dP = g.matMul(dy, g.transposeLast(v));
  const dS = g.mul(softmaxGradient(g, p, dP, [-1]), scale);
  return [g.matMul(dS, k), g.matMul(g.transposeLast(dS), q), g.matMul(g.transposeLast(p), dy), null];
};

function softmax(g: GradientBuilder, scores: string): string {
  return g.emit("Softmax", [scores], g.shape(scores), { axis: -1 });
}

function requireSelfAttention(g: GradientBuilder, node: NodeProto): void {
  const [q, k] = node.input;
  if (g.rank(q) !== 4 || !isFixed(g.shape(q)[3])) throw new NoGradient("its heads are not an axis of their own");
  if (!sameDim(g.shape(q)[1], g.shape(k)[1])) throw new NoGradient("heads share their keys");
  if (node.input[4] || node.input[5]) throw new NoGradient("it reads keys of earlier tokens");
  for (const name of ["is_causal", "qk_matmul_output_mode"]) {
    if (intAttribute(node, name, 0)) throw new NoGradient(`its attribute ${name} is set`);
  }
  if (attributeOf(node, "softcap")?.f) throw new NoGradient("its attribute softcap is set");
}
