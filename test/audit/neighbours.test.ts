import { describe, expect, it } from "vitest";
import { findLeaks, findRepeats, repeatGroups } from "../../src/audit/repeats.js";
import { cosine, directions } from "../neighbours/directions.js";

describe("findRepeats", () => {
  const base = directions(6, 16);
  base.data.copyWithin(4 * 16, 0, 16); // row 4 is row 0 again
  base.data.copyWithin(5 * 16, 16, 32); // row 5 is row 1 again

  it("tells a repeat from a contradiction", async () => {
    const { earlier, conflicting } = await findRepeats(base, ["x", "x", "y", "y", "x", "y"], 0.98);
    expect(earlier[4]).toMatchObject({ row: 0 });
    expect(earlier[0]).toBeUndefined();
    expect([conflicting[1]?.row, conflicting[5]?.row, conflicting[4]]).toEqual([5, 1, undefined]);
  });

  it("says how close each row is to its nearest rows", async () => {
    const a = directions(40, 5);
    const { closeness } = await findRepeats(a, new Array(40).fill("x"), 0.999);
    const nearest = [...Array(40).keys()].map((j) => (j === 7 ? -2 : cosine(a, 7, a, j))).sort((x, y) => y - x);
    expect(closeness[7]).toBeCloseTo(nearest.slice(0, 5).reduce((x, y) => x + y) / 5, 5);
  });

  it("groups rows that are near one another, whatever their labels", async () => {
    const repeats = await findRepeats(base, ["x", "x", "y", "y", "x", "y"], 0.98);
    expect([...repeatGroups(repeats)]).toEqual([0, 1, 2, 3, 0, 1]);
  });
});

describe("findLeaks", () => {
  it("gives the nearest row of the other set, where it is near enough", async () => {
    const a = directions(5, 8);
    const b = { rows: 2, size: 8, data: a.data.slice(3 * 8, 5 * 8) };
    const leaks = await findLeaks(a, b, 0.98);
    expect(leaks.map((twin) => twin?.row)).toEqual([undefined, undefined, undefined, 0, 1]);
  });
});
