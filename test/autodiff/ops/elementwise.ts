import { makeNode } from "../../../src/onnx/graph.js";
import { DataType } from "../../../src/onnx/schema.js";
import { again, flags, float, floats, halves, type Length, type Operand, positive, real, spaced } from "../operands.js";
import type { VjpCase } from "../vjp-case.js";
import { float32Only, stringAttribute, use } from "./cases.js";

/** Pairs of shapes that broadcast against each other in every way. */
const pairs: [about: string, a: Length[], b: Length[]][] = [
  ["of one shape", ["B", "T", 3], ["B", "T", 3]],
  ["with a vector on the right", ["B", "T", 3], [3]],
  ["with a vector on the left", [3], ["B", "T", 3]],
  ["with a scalar", ["B", "T", 3], []],
  ["with a scalar on the left", [], ["B", 3]],
  ["with a vector of length 1", ["T", 3], [1]],
  ["of which both are stretched", ["B", 1, 3], [1, "T", 1]],
  ["of which one is stretched in the middle", ["B", 1, 3], ["B", "T", 3]],
  ["of which one lacks an axis and is stretched in another", ["T", 1], ["B", "T", 3]],
];

type Fill = (...shape: Length[]) => Operand;

function broadcasts(op: string, a: Fill, b: Fill): VjpCase[] {
  return pairs.map(([about, left, right]) => use(op, about, [a(...left), b(...right)]));
}

const power = (p: number, about = `with exponent ${p}`) =>
  use("Pow", about, [p === 2 || p === 3 ? real("B", 3) : positive("B", 3), float(p)]);

export const cases: VjpCase[] = [
  ...broadcasts("Add", real, real),
  use("Add", "of a tensor and itself", [real("B", 3), again(0)]),
  ...broadcasts("Sub", real, real),
  use("Sub", "of a tensor and itself", [real("B", 3), again(0)]),
  ...broadcasts("Mul", real, real),
  use("Mul", "of a tensor and itself", [real("B", 3), again(0)]),
  use("Mul", "of a tensor that is read once more behind it", [real("B", 3), real("B", 3)], {
    behind: [
      makeNode("Sin", ["y0"], ["sine"]),
      makeNode("Mul", ["sine", "x0"], ["product"]),
      makeNode("Add", ["product", "y0"], ["y"]),
    ],
  }),
  ...broadcasts("Div", real, positive),
  use("Div", "of a number by a tensor", [float(2), positive("B", 3)]),
  use("Neg", "of a tensor", [real("B", 3)]),
  ...[0.5, 1, 2, 3, -1.5].map((p) => power(p)),
  use("Pow", "with its exponent in a vector of length 1", [real("B", 3), floats(2)]),
  use("Sqrt", "of positive values", [positive("B", 3)]),
  use("Exp", "of a tensor", [real("B", 3)]),
  use("Log", "of positive values", [positive("B", 3)]),
  use("Reciprocal", "of positive values", [positive("B", 3)]),
  use("Sin", "of a tensor", [real("B", 3)]),
  use("Cos", "of a tensor", [real("B", 3)]),
  use("Tanh", "of a tensor", [real("B", 3)]),
  use("Sigmoid", "of a tensor", [real("B", 3)]),
  use("Relu", "of both signs", [spaced("B", "T", 3)]),
  use("Erf", "of a tensor", [real("B", 3)], float32Only),
  use("Gelu", "by the error function", [real("B", 3)], { opsets: [20, 23], ...float32Only }),
  use("Gelu", "by tanh", [real("B", 3)], {
    opsets: [20, 23],
    ...float32Only,
    others: [stringAttribute("approximate", "tanh")],
  }),
  use("Gelu", "by the error function, said so", [real("B", 3)], {
    opsets: [20],
    ...float32Only,
    others: [stringAttribute("approximate", "none")],
  }),
  ...broadcasts("Max", spaced, halves),
  use("Max", "with a floor", [spaced("B", 3), float(0.5)]),
  ...broadcasts("Where", real, real).map((pair) => ({ ...pair, operands: [flags(1, 1), ...pair.operands] })),
  use("Where", "with a condition for each element", [flags("B", "T", 3), real("B", "T", 3), real("B", "T", 3)]),
  use("Where", "with a condition that is stretched", [flags("B", 1, 1), real("B", "T", 3), float(-1)]),
  use("Where", "with a condition that stretches both", [flags("B", "T", 1), real(3), real("B", 1, 3)]),
  use("Cast", "to float", [real("B", 3)], { attributes: { to: DataType.FLOAT } }),
  use("Identity", "of a tensor", [real("B", 3)]),
];
