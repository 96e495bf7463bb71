import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { drawRows, usualSizes } from "../../src/experiments/draws.js";
import { SplitsFileError } from "../../src/experiments/errors.js";
import { readRowList, readSplits } from "../../src/experiments/splits.js";

const labels = Int32Array.from({ length: 60 }, (_, row) => (row % 10 === 0 ? 1 : row % 3 === 0 ? 2 : 0));
const folder = mkdtempSync(join(tmpdir(), "headstart-splits-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, value: unknown) => {
  writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
  return join(folder, name);
};

describe("drawRows", () => {
  const options = { draws: 3, seed: 1, nested: true };

  it("draws so many of each class, all that a rare one has, and the same again", () => {
    const draws = drawRows(labels, [2, 8], options);
    expect(draws).toHaveLength(6);
    for (const { rows, shots } of draws) {
      const counts = [0, 1, 2].map((label) => rows.filter((row) => labels[row] === label).length);
      expect(counts).toEqual(shots === 2 ? [2, 2, 2] : [8, 6, 8]);
      expect(new Set(rows).size).toBe(rows.length);
    }
    expect(drawRows(labels, [2, 8], options)).toEqual(draws);
    expect(drawRows(labels, [2, 8], { ...options, seed: 2 })).not.toEqual(draws);
  });

  it("keeps the smaller draw within the larger where it is nested, and not where it is independent", () => {
    const isWithin = (nested: boolean) =>
      [0, 1, 2].map((draw) => {
        const own = drawRows(labels, [2, 8], { ...options, nested }).filter((found) => found.draw === draw);
        return own[0].rows.every((row) => own[1].rows.includes(row));
      });
    expect(isWithin(true)).toEqual([true, true, true]);
    expect(isWithin(false)).toContain(false);
  });

  it("does not shift draws when more are asked for", () => {
    const more = drawRows(labels, [2, 8], { ...options, draws: 5 });
    expect(more.slice(0, 6)).toEqual(drawRows(labels, [2, 8], options));
  });
});

describe("usualSizes", () => {
  it("doubles up to the largest class and ends with all", () => {
    expect(usualSizes(new Int32Array(50))).toEqual([2, 4, 8, 16, 32, "all"]);
  });
});

describe("readSplits", () => {
  /** Rows of two classes in turn. */
  const of = (rows: number) => Int32Array.from({ length: rows }, (_, row) => row % 2);

  it("reads one draw a list, and how many labels a class that makes", async () => {
    const path = write("s.json", { 0: [5, 1, 9, 2], 1: [0, 3, 4, 8] });
    expect(await readSplits(path, of(10), 2)).toEqual([
      { shots: 2, draw: 0, rows: [5, 1, 9, 2] },
      { shots: 2, draw: 1, rows: [0, 3, 4, 8] },
    ]);
    expect(await readSplits(path, of(10), 2, 1)).toHaveLength(1);
  });

  it("refuses rows that the data lack and files of another kind", async () => {
    await expect(readSplits(write("far.json", { 0: [5, 12] }), of(10), 2)).rejects.toThrow(/found row 12.*rows 0 to 9/);
    await expect(readSplits(write("text.json", "no json"), of(10), 2)).rejects.toThrow(SplitsFileError);
    await expect(readSplits(write("flat.json", [1, 2]), of(10), 2)).rejects.toThrow(SplitsFileError);
  });

  it("refuses lists that nothing can be learnt from, and says which", async () => {
    const cases: [unknown, RegExp][] = [
      [{ a: [0, 1], b: [] }, /found no row in list "b"/],
      [{ a: [0, 2, 4] }, /rows of one class alone in list "a"/],
      [{ a: [0, 1, 0] }, /found row 0 twice/],
    ];
    for (const [lists, message] of cases) {
      await expect(readSplits(write("odd.json", lists), of(10), 2)).rejects.toThrow(message);
    }
  });
});

describe("readRowList", () => {
  it("takes an array, or the first of an object", async () => {
    expect(await readRowList(write("list.json", [4, 2]), 10)).toEqual([4, 2]);
    expect(await readRowList(write("object.json", { test: [1] }), 10)).toEqual([1]);
  });
});
