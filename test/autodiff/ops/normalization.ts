import { real } from "../operands.js";
import type { VjpCase } from "../vjp-case.js";
import { floatAttribute, use } from "./cases.js";

const norm = (about: string, operands: ReturnType<typeof real>[], axis?: number): VjpCase =>
  use("LayerNormalization", about, operands, {
    attributes: axis === undefined ? {} : { axis },
    others: [floatAttribute("epsilon", 0.01)],
    opsets: [17, 23],
  });

export const cases: VjpCase[] = [
  use("Softmax", "over the last axis", [real("B", 2, "T", 4)], { attributes: { axis: -1 }, opsets: [13, 23] }),
  use("Softmax", "over an axis in the middle that varies", [real("B", "T", 3)], {
    attributes: { axis: 1 },
    opsets: [13, 23],
  }),
  use("Softmax", "by default over the last axis", [real("B", "T", 3)], { opsets: [13] }),
  use("Softmax", "over the last axis, older", [real("B", 2, "T", 4)], { attributes: { axis: 3 }, opsets: [11] }),
  use("Softmax", "over several axes, older", [real("B", "T", 3)], { attributes: { axis: 1 }, opsets: [11] }),
  use("Softmax", "by default over all axes but the first, older", [real("B", 2, "T")], { opsets: [11] }),
  norm("over the last axis", [real("B", "T", 4), real(4), real(4)]),
  norm("without a bias", [real("B", "T", 4), real(4)]),
  norm("over two axes", [real("B", 2, 4), real(2, 4), real(2, 4)], 1),
  norm("over two axes counted from the end", [real("B", "T", 2, 4), real(2, 4), real(2, 4)], -2),
  norm("over two axes with a scale for the last", [real("B", "T", 2, 4), real(4), real(1, 4)], 2),
  use("LayerNormalization", "with the usual epsilon", [real("B", "T", 4), real(4), real(4)], { opsets: [17] }),
];
