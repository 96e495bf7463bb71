import { describe, expect, it } from "vitest";
import { packRows } from "../../src/adapt/pack-rows.js";
import { Random } from "../../src/random.js";

const random = new Random(1);
const cases = Array.from({ length: 30 }, (_, i) => ({
  lengths: Array.from({ length: 1 + random.integer(40) }, () => 2 + random.integer(2 + 3 * i)),
  budget: 60 + random.integer(300),
  widest: 10 + random.integer(200),
}));

describe("packRows", () => {
  it.each(cases)("lays every text into one row that holds it: budget $budget, widest $widest", (each) => {
    const { lengths, budget, widest } = each;
    const runs = packRows(lengths, budget, widest);
    const texts = runs.flatMap(({ rows }) => rows.flat());
    expect(texts.toSorted((a, b) => a - b)).toEqual([...lengths.keys()]);
    for (const { width, rows } of runs) {
      const tokens = (row: number[]) => row.reduce((sum, text) => sum + lengths[text], 0);
      const longest = Math.max(...rows.flat().map((text) => lengths[text]));
      expect(width).toBeGreaterThanOrEqual(longest);
      expect(width).toBeLessThanOrEqual(Math.max(widest, longest));
      expect(Math.max(...rows.map(tokens))).toBeLessThanOrEqual(width);
      if (rows.flat().length > 1) expect(tokens(rows.flat())).toBeLessThanOrEqual(budget);
    }
  });

  it("leaves hardly any padding where lengths are mixed", () => {
    const lengths = Array.from({ length: 32 }, () => 6 + random.integer(30));
    const [{ width, rows }, ...others] = packRows(lengths, 2048, 60);
    expect(others).toEqual([]);
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    expect((rows.length * width) / tokens).toBeLessThan(1.05);
  });

  it("gives each text of one length a row, or shares rows without loss", () => {
    expect(packRows([7, 7, 7], 100, 7)).toEqual([{ width: 7, rows: [[0], [1], [2]] }]);
    expect(packRows([3, 6, 3], 100, 6)).toEqual([{ width: 6, rows: [[1], [0, 2]] }]);
    expect(packRows([], 100, 6)).toEqual([]);
  });
});
