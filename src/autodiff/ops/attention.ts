import { attributeOf, intAttribute } from "../../onnx/graph.js";
import type { NodeProto } from "../../onnx/schema.js";
import type { GradientBuilder } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";
import { isFixed, sameDim } from "../shape.js";
import { softmaxGradient } from "./normalization.js";

/**
 * Y = P V with P = softmax(S) and S = s Q Kᵀ + M (Vaswani et al. 2017); Q, K, V are [B, H, T, d], M is the mask.
 *
 * Two products, a sum and a softmax, backwards through the rule of each:
 * Y = P V gives dV = Pᵀ dY and dP = dY Vᵀ; P = softmax(S) gives dS = P (dP − Σ dP·P); M is added, so dM = dS;
 * s Q Kᵀ gives dQ = s dS K and dK = s dSᵀ Q. The operator keeps P to itself, so P is computed again.
 */
export const Attention: Rule = (g, node, dy) => {
  requireSelfAttention(g, node);
  const [q, k, v, mask] = node.input;
  const scale = attributeOf(node, "scale")?.f || 1 / Math.sqrt(g.shape(q)[3][0]);
  const scores = masked(g, g.mul(g.matMul(q, g.transposeLast(k)), scale), mask);
  const p = g.emit("Softmax", [scores], g.shape(scores), { axis: -1 });
  const dP = g.matMul(dy, g.transposeLast(v));
  const dS = softmaxGradient(g, p, dP, [-1]);
  const dScores = g.mul(dS, scale);
  const dMask = mask && !g.isBoolean(mask) ? dS : null;
  return [g.matMul(dScores, k), g.matMul(g.transposeLast(dScores), q), g.matMul(g.transposeLast(p), dy), dMask];
};

const lowest = -3.4028234663852886e38; // of float32, as onnxruntime writes it where a mask is false

/** A mask of numbers is added to the scores; one of truth values says which of them count. */
function masked(g: GradientBuilder, scores: string, mask: string | undefined): string {
  if (!mask) return scores;
  return g.isBoolean(mask) ? g.where(mask, scores, lowest) : g.add(scores, mask);
}

function requireSelfAttention(g: GradientBuilder, node: NodeProto): void {
  const [q, k] = node.input;
  if (g.rank(q) !== 4 || !isFixed(g.shape(q)[3])) throw new NoGradient("its heads are not an axis of their own");
  if (!sameDim(g.shape(q)[1], g.shape(k)[1])) throw new NoGradient("heads share their keys");
  if (node.input[4] || node.input[5]) throw new NoGradient("it reads keys of earlier tokens");
  if (node.input[6]) throw new NoGradient("it is told how many keys each text has");
  for (const name of ["is_causal", "qk_matmul_output_mode"]) {
    if (intAttribute(node, name, 0)) throw new NoGradient(`its attribute ${name} is set`);
  }
  if (attributeOf(node, "softcap")?.f) throw new NoGradient("its attribute softcap is set");
}
