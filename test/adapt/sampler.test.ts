import { describe, expect, it } from "vitest";
import { BalancedBatches, labelledRows } from "../../src/adapt/sampler.js";
import type { Targets } from "../../src/head/linear.js";
import { Random } from "../../src/random.js";

/** Rows in the order of their classes, so many of each. */
function classesOf(counts: readonly number[]): Targets & { kind: "single-label" } {
  const labels = Int32Array.from(counts.flatMap((count, label) => new Array<number>(count).fill(label)));
  return { kind: "single-label", classes: counts.length, labels };
}

function batches(targets: Targets, size: number, count: number, seed = 1): number[][] {
  const source = new BalancedBatches(targets, labelledRows(targets), new Random(seed));
  return Array.from({ length: count }, () => source.next(size));
}

function countsIn(batch: readonly number[], { classes, labels }: Targets): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const row of batch) counts[labels[row]]++;
  return counts;
}

describe("BalancedBatches", () => {
  it("gives distinct texts, as many as asked for or as there are", () => {
    const targets = classesOf([9, 7, 8]);
    for (const [size, wanted] of [
      [1, 1],
      [10, 10],
      [24, 24],
      [50, 24],
    ]) {
      for (const batch of batches(targets, size, 20)) {
        expect(batch.length).toBe(wanted);
        expect(new Set(batch).size).toBe(wanted);
      }
    }
  });

  it("holds as many texts of each class, and evens out what is left over in the next batches", () => {
    const targets = classesOf([8, 8, 8, 8, 8, 8]);
    const drawn = batches(targets, 32, 60);
    for (const batch of drawn) {
      const counts = countsIn(batch, targets);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    }
    for (let at = 0; at < drawn.length; at += 3) {
      expect(countsIn(drawn.slice(at, at + 3).flat(), targets)).toEqual([16, 16, 16, 16, 16, 16]);
    }
  });

  it("is as even where one class has a hundred times the texts of another", () => {
    const targets = classesOf([5, 500]);
    for (const batch of batches(targets, 10, 50)) expect(countsIn(batch, targets)).toEqual([5, 5]);
    for (const batch of batches(targets, 32, 50)) expect(countsIn(batch, targets)).toEqual([5, 27]);
  });

  it("goes through all texts of a class before one comes again", () => {
    const targets = classesOf([40, 40]);
    const drawn = batches(targets, 8, 10).flat();
    expect([...drawn].sort((a, b) => a - b)).toEqual([...targets.labels.keys()]);
  });

  it.each([2, 3, 5])("gives every text a partner where classes of %d texts outnumber the batch", (perClass) => {
    const targets = classesOf(new Array<number>(40).fill(perClass));
    for (const batch of batches(targets, 32, 60)) {
      const alone = countsIn(batch, targets).filter((count) => count === 1).length;
      expect(alone).toBeLessThanOrEqual(perClass % 2); // the last one, where a class of three came whole
    }
  });

  it("comes to every class in turn where they outnumber the batch", () => {
    const targets = classesOf(new Array<number>(40).fill(4));
    const seen = batches(targets, 16, 5).map((batch) => new Set(batch.map((row) => targets.labels[row])));
    expect(seen.map(({ size }) => size)).toEqual([8, 8, 8, 8, 8]);
    expect(new Set(seen.flatMap((classes) => [...classes])).size).toBe(40);
  });

  it("counts a text of several labels for each, and leaves out texts without any", () => {
    const labels = Uint8Array.from([1, 1, 0, /**/ 0, 0, 0, /**/ 0, 0, 1, /**/ 1, 0, 0, /**/ 0, 0, 1, /**/ 0, 0, 1]);
    const targets: Targets = { kind: "multi-label", classes: 3, labels };
    expect(labelledRows(targets)).toEqual([0, 2, 3, 4, 5]);
    const seen = new Array<number>(6).fill(0);
    for (const batch of batches(targets, 3, 200)) {
      expect(new Set(batch).size).toBe(3);
      for (const row of batch) seen[row]++;
    }
    expect(seen[1]).toBe(0);
    expect(seen[0]).toBeGreaterThan(150); // the only one of label 1
    expect(seen[3]).toBeGreaterThan(seen[2]); // one of two against one of three
  });

  it("copes with classes that no row has", () => {
    const targets: Targets = { kind: "single-label", classes: 4, labels: Int32Array.of(1, 3, 1, 3) };
    expect(batches(targets, 3, 2).map(({ length }) => length)).toEqual([3, 3]);
  });

  it("follows the seed", () => {
    const targets = classesOf([9, 9, 9]);
    expect(batches(targets, 6, 5, 8)).toEqual(batches(targets, 6, 5, 8));
    expect(batches(targets, 6, 5, 8)).not.toEqual(batches(targets, 6, 5, 9));
  });
});
