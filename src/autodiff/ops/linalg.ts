import { attributeOf, intAttribute } from "../../onnx/graph.js";
import { NoGradient, type Rule } from "../rule.js";

/**
 * Y = A B on the last two axes. Yᵢⱼ = Σₖ Aᵢₖ Bₖⱼ, so Aᵢₖ meets dYᵢⱼ with factor Bₖⱼ for every j, and Bₖⱼ with factor Aᵢₖ
 * for every i: dA = dY Bᵀ, dB = Aᵀ dY.
 *
 * A weight matrix B [K, N] serves all rows of A [.., K]: the rows are laid out as one matrix, so that dB is one product
 * and not a sum of many.
 */
export const MatMul: Rule = (g, { input: [a, b] }, dy) => {
  if (g.rank(a) < 2 || g.rank(b) < 2) throw new NoGradient("one of its factors is a vector");
  if (g.rank(b) > 2) return [g.matMul(dy, g.transposeLast(b)), g.matMul(g.transposeLast(a), dy)];
  const [rows, dRows] = [g.rows(a), g.rows(dy)];
  const da = g.gemm(dRows, b, { transB: 1 });
  return [g.reshape(da, g.shape(a), a), g.gemm(rows, dRows, { transA: 1 })];
};

/**
 * Y = α A' B' + β C, where A' is A or Aᵀ (transA) and B' is B or Bᵀ (transB). As for MatMul, dA' = α dY B'ᵀ and
 * dB' = α A'ᵀ dY; dC = β dY. Where A' = Aᵀ, dA is the transpose of dA', that is α B' dYᵀ; dB likewise.
 */
export const Gemm: Rule = (g, node, dy) => {
  const [a, b] = node.input;
  const [transA, transB] = [intAttribute(node, "transA", 0), intAttribute(node, "transB", 0)];
  const alpha = attributeOf(node, "alpha")?.f ?? 1;
  const beta = attributeOf(node, "beta")?.f ?? 1;
  const scaled = alpha === 1 ? dy : g.mul(dy, alpha);
  const da = transA ? g.gemm(b, scaled, { transA: transB, transB: 1 }) : g.gemm(scaled, b, { transB: 1 - transB });
  const db = transB ? g.gemm(scaled, a, { transA: 1, transB: transA }) : g.gemm(a, scaled, { transA: 1 - transA });
  return [da, db, beta === 1 ? dy : g.mul(dy, beta)];
};
