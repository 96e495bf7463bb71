import { ints, type Length, type Operand, real, spaced } from "../operands.js";
import type { VjpCase } from "../vjp-case.js";
import { use } from "./cases.js";

const reductions: { op: string; fill: (...shape: Length[]) => Operand; axesAreInputFrom: number }[] = [
  { op: "ReduceSum", fill: real, axesAreInputFrom: 13 },
  { op: "ReduceMean", fill: real, axesAreInputFrom: 18 },
  { op: "ReduceL2", fill: real, axesAreInputFrom: 18 },
  { op: "ReduceMax", fill: spaced, axesAreInputFrom: 18 },
];

/** Axes are an attribute in older operator sets and an input in newer ones. */
export const cases: VjpCase[] = reductions.flatMap(({ op, fill, axesAreInputFrom }) => {
  const over = (about: string, shape: Length[], axes: number[] | null): VjpCase[] =>
    [0, 1].flatMap((keepdims) => {
      const name = `${about}, keepdims ${keepdims}`;
      if (axes?.length === 0) {
        const attributes = { keepdims, noop_with_empty_axes: 1 };
        return [use(op, name, [fill(...shape)], { attributes, opsets: [axesAreInputFrom, 23] })];
      }
      if (!axes) return [use(op, name, [fill(...shape)], { attributes: { keepdims }, opsets: [11, 16, 23] })];
      return [
        use(op, name, [fill(...shape)], {
          attributes: { keepdims, axes },
          opsets: axesAreInputFrom === 13 ? [11] : [11, 13],
        }),
        use(op, name, [fill(...shape), ints(...axes)], { attributes: { keepdims }, opsets: [axesAreInputFrom, 23] }),
      ];
    });
  return [
    ...over("over the last axis", ["B", "T", 3], [-1]),
    ...over("over an axis in the middle", ["B", 3, "T"], [1]),
    ...over("over the first axis, two behind it varying", [3, "B", "T"], [0]),
    ...over("over two axes", ["B", 2, "T", 3], [-1, 1]),
    ...over("over all axes", [2, 3], null),
    ...over("over no axes", [2, "T"], []),
    ...(op === "ReduceMean" ? [] : over("over an axis that varies", ["B", "T", 3], [1])),
  ];
});
