import { describe, expect, it } from "vitest";
import { choiceGrid } from "../../src/terminal/layout.js";

const choices = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => ({ key: `${i}`, name: `${i}`.padEnd(length, "x") }));

describe("choiceGrid", () => {
  it("has a bar beside each label where all fit", () => {
    expect(choiceGrid(choices(7, 30), 80, 7)).toMatchObject({
      hasBars: true,
      rows: choices(7, 30).map((one) => [one]),
    });
    expect(choiceGrid(choices(9, 5), 80, 7).rows.map((row) => row.length)).toEqual([2, 2, 2, 2, 1]);
  });

  it("leaves the bars out where more labels fit without", () => {
    const { hasBars, rows } = choiceGrid(choices(77, 39), 80, 7);
    expect(hasBars).toBe(false);
    expect(rows.map((row) => row.length)).toEqual(Array(7).fill(2));
  });

  it("counts columns, not characters", () => {
    const wide = Array.from({ length: 4 }, (_, i) => ({ key: `${i}`, name: "日本語ラベル".repeat(3) }));
    expect(choiceGrid(wide, 80, 2).rows[0]).toHaveLength(2); // 28 columns and a percentage each, though 18 characters and a bar would fit
    expect(choiceGrid(wide, 80, 2).hasBars).toBe(false);
  });
});
