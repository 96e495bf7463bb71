import type { Operand } from "../operands.js";
import type { VjpCase } from "../vjp-case.js";

/** Operator sets that most cases are tested in: one in which some axes are attributes still, and the newest one. */
const opsets = [16, 23];

/** A use of an operator, in float64 unless `extra` says otherwise. */
export function use(op: string, about: string, operands: readonly Operand[], extra: Partial<VjpCase> = {}): VjpCase {
  return { op, about, operands, opsets, precision: "float64", ...extra };
}

/** onnxruntime's CPU kernel of the operator, or of one in its gradient, is for float32 alone. */
export const float32Only = { precision: "float32" } as const;

export function stringAttribute(name: string, value: string) {
  return { name, type: 3, s: new TextEncoder().encode(value) };
}

export function floatAttribute(name: string, f: number) {
  return { name, type: 1, f };
}
