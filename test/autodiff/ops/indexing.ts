import { indices, indices32, int, ints, type Length, real } from "../operands.js";
import type { VjpCase } from "../vjp-case.js";
import { use } from "./cases.js";

/** Gathers one place of an axis, known when the graph is differentiated. */
function place(about: string, shape: Length[], axis: number, at: number): VjpCase {
  return use("Gather", about, [real(...shape), int(at)], { attributes: { axis }, opsets: [11, 16, 23] });
}

export const cases: VjpCase[] = [
  place("of the first token", ["B", "T", 3], 1, 0),
  place("of one of three in front of the batch", [3, "B", 2, "T", 4], 0, 1),
  place("of one of three between the heads and the batch", ["B", "T", 3, 2, 4], 2, 2),
  place("along an axis counted from the end", ["B", "T", 3], -1, 1),
  place("counted from the end of the axis", ["B", 4, 3], 1, -1),
  use("Gather", "of a vector of one place", [real("B", "T", 3), ints(1)], { attributes: { axis: 1 } }),
  use("Gather", "of rows, some of them twice", [real(4, 3), indices(4, "B", "T")]),
  use("Gather", "of rows that are told by 32 bits", [real(4, 3), indices32(4, "B", "T")]),
  use("Gather", "of rows that are known, one of them twice", [real(4, 3), ints(2, 0, 2)]),
  use("Gather", "of rows of a tensor that varies", [real("T", 3), indices(3, "B", 5)]),
  use("GatherElements", "with repeats, along the last axis", [real("B", "T", 4), indices(4, "B", "T", 6)], {
    attributes: { axis: -1 },
  }),
  use("GatherElements", "with repeats, along the first axis", [real(4, "T"), indices(4, "B", "T")]),
  use("GatherElements", "along an axis that varies", [real("B", "T", 2), indices(3, "B", 5, 2)], {
    attributes: { axis: 1 },
  }),
];
