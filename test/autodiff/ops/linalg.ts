import { again, float, type Length, real } from "../operands.js";
import type { VjpCase } from "../vjp-case.js";
import { floatAttribute, use } from "./cases.js";

const scales = [floatAttribute("alpha", 0.5), floatAttribute("beta", -2)];

/** Y [4, 2] with K = 3 in all four layouts. */
function gemm(transA: number, transB: number): VjpCase {
  const [a, b]: Length[][] = [transA ? [3, 4] : [4, 3], transB ? [2, 3] : [3, 2]];
  return use("Gemm", `with transA ${transA}, transB ${transB}`, [real(...a), real(...b), real(2)], {
    attributes: { transA, transB },
    others: scales,
  });
}

export const cases: VjpCase[] = [
  use("MatMul", "of matrices", [real("B", 3), real(3, 2)]),
  use("MatMul", "by a weight on the right", [real("B", "T", 3), real(3, 2)]),
  use("MatMul", "by a weight on the right, with two axes of heads", [real("B", 2, "T", 3), real(3, 2)]),
  use("MatMul", "by a weight on the left", [real(2, 3), real("B", 3, "T")]),
  use("MatMul", "in batches", [real("B", 2, "T", 3), real("B", 2, 3, "T")]),
  use("MatMul", "in batches, the left one for all", [real(1, 2, "T", 3), real("B", 1, 3, 2)]),
  use("MatMul", "in batches, of which one lacks an axis", [real("B", 2, "T", 3), real(2, 3, 2)]),
  use("MatMul", "of a tensor and itself", [real("B", 3, 3), again(0)]),
  gemm(0, 0),
  gemm(0, 1),
  gemm(1, 0),
  gemm(1, 1),
  use("Gemm", "of a batch, with neither factor", [real("B", 3), real(3, 2), real(2)]),
  use("Gemm", "without an addend", [real("B", 3), real(3, 2)]),
  use("Gemm", "with an addend for each row", [real("B", 3), real(3, 2), real("B", 1)]),
  use("Gemm", "with a number as addend", [real("B", 3), real(3, 2), float(2)]),
];
