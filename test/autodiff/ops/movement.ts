import { makeNode } from "../../../src/onnx/graph.js";
import { held, ints, type Length, leftOut, real, sizes } from "../operands.js";
import type { VjpCase } from "../vjp-case.js";
import { use } from "./cases.js";

const toTheEnd = 2n ** 63n - 1n; // INT64_MAX, as exporters write an open end
const beforeOpset13 = { opsets: [11] };
const fromOpset13 = { opsets: [13, 23] };

function slice(about: string, shape: Length[], lists: (number | bigint)[][]): VjpCase {
  return use("Slice", about, [real(...shape), ...lists.map((list) => ints(...list))], { opsets: [11, 16, 23] });
}

export const cases: VjpCase[] = [
  use("Reshape", "to heads", [real("B", "T", 6), ints(0, 0, 2, 3)]),
  use("Reshape", "from heads, one length following from the others", [real("B", "T", 2, 3), ints(0, -1, 6)]),
  use("Reshape", "to lengths that are computed", [real("B", "T", 6), sizes("B", "T", 3, 2)]),
  use("Reshape", "to rows, so that the way back must ask for two lengths", [real("B", "T", 3), ints(-1, 3)]),
  use("Reshape", "to a vector", [real("B", "T", 2), ints(-1)]),
  use("Squeeze", "with axes as an attribute", [real("B", 1, "T", 1)], {
    attributes: { axes: [1, -1] },
    ...beforeOpset13,
  }),
  use("Squeeze", "with axes as an input", [real("B", 1, "T", 1), ints(-1, 1)], fromOpset13),
  use("Squeeze", "of a last axis in front of which two vary", [real("T", "B", 1), ints(2)], fromOpset13),
  use("Unsqueeze", "with axes as an attribute", [real("B", "T")], { attributes: { axes: [0, 2] }, ...beforeOpset13 }),
  use("Unsqueeze", "with axes as an input", [real("B", "T"), ints(0, -1)], fromOpset13),
  use("Flatten", "from axis 1 on", [real("B", 2, 3)]),
  use("Flatten", "from axis 2 on", [real("B", "T", 3)], { attributes: { axis: 2 } }),
  use("Flatten", "from the last axis on", [real("B", "T", 3)], { attributes: { axis: -1 } }),
  use("Transpose", "that is its own inverse", [real("B", "T", 2, 3)], { attributes: { perm: [0, 2, 1, 3] } }),
  use("Transpose", "that is not its own inverse", [real("B", "T", 2, 3)], { attributes: { perm: [2, 0, 3, 1] } }),
  use("Transpose", "without a permutation: all axes reversed", [real("B", "T", 3)]),
  use("Expand", "to fixed lengths", [real(1, 3), ints(2, 4, 3)]),
  use("Expand", "to computed lengths", [real(1, "T", 1), sizes("B", "T", 4)]),
  use("Expand", "by a shape that is itself stretched", [real("B", 1, 3), sizes("T", 1)]),
  use("Tile", "by fixed repeats", [real("B", 3), ints(1, 2)]),
  use("Tile", "by fixed repeats of several axes", [real(2, 3), ints(3, 2)]),
  use("Tile", "by computed repeats", [real(1, "T", 3), sizes("B", 1, 2)]),
  use("Tile", "that repeats nothing", [real("B", 3), ints(1, 1)]),
  use("Tile", "of an axis that varies", [real("B", "T", 3), ints(1, 2, 1)]),
  use("Concat", "along the last axis", [real("B", "T", 2), real("B", "T", 3)], { attributes: { axis: -1 } }),
  use("Concat", "of three, one of which is not differentiated", [real("B", 2), held("B", 1), real("B", 3)], {
    attributes: { axis: 1 },
  }),
  use("Concat", "of lengths that vary along another axis", [real("B", "T", 2), real("B", "T", 2)], {
    attributes: { axis: 2 },
  }),
  ...splits(),
  slice("of the first two", ["B", "T", 3], [[0], [2], [1]]),
  slice("to the end", ["B", "T", 4], [[1], [toTheEnd], [2]]),
  slice("of an axis that varies, from its second place on", ["B", "T", 3], [[1], [toTheEnd], [1]]),
  slice("of an axis that varies, without its last place", ["B", "T", 3], [[0], [-1], [1], [1]]),
  slice(
    "from places counted from the end",
    ["B", 4, 3],
    [
      [-3, -2],
      [-1, toTheEnd],
      [1, -1],
    ],
  ),
  slice("from before the beginning", ["B", 4], [[-9], [2], [1]]),
  slice(
    "without axes",
    ["B", 4],
    [
      [0, 1],
      [toTheEnd, 3],
    ],
  ),
  slice("with a step of 1", ["B", 4], [[1], [3], [1], [1]]),
  use("Slice", "with a step of 1 and without axes", [real(4, "T"), ints(1), ints(3), leftOut, ints(1)]),
  use("Slice", "to a computed end", [real("B", 8, 3), ints(0), sizes("T"), ints(1)]),
  use("Slice", "of a table, to a computed end", [real(8, 3), ints(2), sizes("T"), ints(0)]),
];

/** Parts are weighted, so that two that are exchanged do not pass. */
function splits(): VjpCase[] {
  const difference = [makeNode("Sub", ["y0", "y1"], ["y"])];
  const halves = { outputs: 2, behind: difference };
  const thirds = { outputs: 3, behind: [makeNode("Sub", ["y0", "y2"], ["y"])] };
  return [
    use("Split", "in halves", [real("B", "T", 6)], { ...halves, attributes: { axis: -1 }, opsets: [11, 13] }),
    use("Split", "in halves, their number given", [real("B", "T", 6)], {
      ...halves,
      attributes: { axis: 2, num_outputs: 2 },
      opsets: [18, 23],
    }),
    use("Split", "at the first axis", [real(4, "T")], { ...halves, opsets: [11, 13] }),
    use("Split", "by lengths as an attribute, a part unread", [real("B", "T", 8)], {
      ...thirds,
      attributes: { axis: 2, split: [3, 2, 3] },
      opsets: [11],
    }),
    use("Split", "by lengths as an input, a part unread", [real("B", "T", 8), ints(3, 2, 3)], {
      ...thirds,
      attributes: { axis: 2 },
      opsets: [13, 23],
    }),
    use("Split", "of which the first part is unread", [real("B", 4), ints(1, 3)], {
      outputs: 2,
      behind: [makeNode("Sin", ["y1"], ["y"])],
      attributes: { axis: 1 },
      opsets: [13, 23],
    }),
  ];
}
