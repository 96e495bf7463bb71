import { describe, expect, it } from "vitest";
import { stratifiedFolds, stratifiedFoldsMultiLabel } from "../../src/data/split.js";
import { Random } from "../../src/random.js";

function countsBy(folds: Int32Array, keys: ArrayLike<number>, count: number): Map<number, number[]> {
  const counts = new Map<number, number[]>();
  for (let row = 0; row < folds.length; row++) {
    if (!counts.has(keys[row])) counts.set(keys[row], new Array(count).fill(0));
    counts.get(keys[row])![folds[row]]++;
  }
  return counts;
}

function spread(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}

function randomClasses(rows: number, classes: number, random: Random): Int32Array {
  // Skewed: class k is drawn about twice as often as class k + 1.
  return Int32Array.from({ length: rows }, () => Math.min(classes - 1, Math.floor(-Math.log2(1 - random.uniform()))));
}

describe("stratifiedFolds", () => {
  it("differs by at most one row per class and in all, for many shapes", () => {
    const random = new Random(1);
    for (let trial = 0; trial < 60; trial++) {
      const folds = 2 + random.integer(8);
      const y = randomClasses(folds + random.integer(300), 1 + random.integer(9), random);
      const assigned = stratifiedFolds(y, folds, random.fork());
      for (const counts of countsBy(assigned, y, folds).values()) expect(spread(counts)).toBeLessThanOrEqual(1);
      const [sizes] = countsBy(assigned, new Int32Array(y.length), folds).values();
      expect(spread(sizes)).toBeLessThanOrEqual(1);
    }
  });

  it("gives the same folds for a seed, and others for another", () => {
    const y = randomClasses(200, 4, new Random(3));
    expect(stratifiedFolds(y, 5, new Random(7))).toEqual(stratifiedFolds(y, 5, new Random(7)));
    expect(stratifiedFolds(y, 5, new Random(7))).not.toEqual(stratifiedFolds(y, 5, new Random(8)));
  });

  it("does not follow the order of the file", () => {
    const assigned = stratifiedFolds(new Int32Array(1000), 2, new Random(5));
    const early = assigned.subarray(0, 500).reduce((sum, fold) => sum + fold, 0);
    expect(early).toBeGreaterThan(200);
    expect(early).toBeLessThan(300);
    expect([...assigned].some((fold, row) => row > 0 && fold === assigned[row - 1])).toBe(true);
  });

  it("keeps groups together and classes nearly even", () => {
    const random = new Random(2);
    const y = randomClasses(600, 4, random);
    const groups = Int32Array.from(y, (_, row) => (row < 150 ? 9000 + Math.floor(row / 5) : row));
    const assigned = stratifiedFolds(y, 5, random, groups);
    for (const counts of countsBy(assigned, groups, 5).values()) expect(counts.filter(Boolean)).toHaveLength(1);
    for (const counts of countsBy(assigned, y, 5).values()) expect(spread(counts)).toBeLessThanOrEqual(3);
  });

  it("takes -1 as a class of its own", () => {
    const y = Int32Array.from([-1, -1, 0, 0]);
    const assigned = stratifiedFolds(y, 2, new Random(1));
    for (const counts of countsBy(assigned, y, 2).values()) expect(counts).toEqual([1, 1]);
  });
});

describe("stratifiedFoldsMultiLabel", () => {
  function randomLabels(rows: number, classes: number, random: Random): Uint8Array {
    return Uint8Array.from({ length: rows * classes }, (_, i) =>
      random.uniform() < 0.5 / (1 + (i % classes)) ? 1 : 0,
    );
  }

  function labelSpread(labels: Uint8Array, classes: number, folds: number, assigned: Int32Array): number {
    let worst = 0;
    for (let label = 0; label < classes; label++) {
      const counts = new Array<number>(folds).fill(0);
      for (let row = 0; row < assigned.length; row++) counts[assigned[row]] += labels[row * classes + label];
      const total = counts.reduce((a, b) => a + b, 0);
      worst = Math.max(worst, Math.max(...counts.map((count) => Math.abs(count - total / folds))));
    }
    return worst;
  }

  it("gives each fold its share of each label, closer than chance does", () => {
    const random = new Random(4);
    for (let trial = 0; trial < 10; trial++) {
      const labels = randomLabels(400, 12, random);
      const assigned = stratifiedFoldsMultiLabel(labels, 12, 5, random.fork());
      const chance = Int32Array.from({ length: 400 }, () => random.integer(5));
      expect(Math.min(...assigned)).toBe(0);
      expect(Math.max(...assigned)).toBe(4);
      expect(labelSpread(labels, 12, 5, assigned)).toBeLessThanOrEqual(3);
      expect(labelSpread(labels, 12, 5, assigned)).toBeLessThan(labelSpread(labels, 12, 5, chance));
    }
  });

  it("deals a label with as many rows as folds one to each", () => {
    const labels = new Uint8Array(100 * 2);
    for (let row = 0; row < 100; row++) labels[row * 2] = 1;
    for (const row of [3, 30, 50, 70, 99]) labels[row * 2 + 1] = 1;
    const assigned = stratifiedFoldsMultiLabel(labels, 2, 5, new Random(6));
    expect([3, 30, 50, 70, 99].map((row) => assigned[row]).sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("fills folds evenly with rows that have no label", () => {
    const assigned = stratifiedFoldsMultiLabel(new Uint8Array(30), 1, 3, new Random(1));
    expect([0, 1, 2].map((fold) => assigned.filter((found) => found === fold).length)).toEqual([10, 10, 10]);
  });

  it("keeps groups together", () => {
    const random = new Random(9);
    const labels = randomLabels(300, 6, random);
    const groups = Int32Array.from({ length: 300 }, (_, row) => Math.floor(row / 3));
    const assigned = stratifiedFoldsMultiLabel(labels, 6, 5, random, groups);
    for (let row = 0; row < 300; row++) expect(assigned[row]).toBe(assigned[row - (row % 3)]);
  });

  it("gives the same folds for a seed", () => {
    const labels = randomLabels(200, 5, new Random(1));
    const folds = () => stratifiedFoldsMultiLabel(labels, 5, 4, new Random(2));
    expect(folds()).toEqual(folds());
  });
});
