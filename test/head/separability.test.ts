import { describe, expect, it } from "vitest";
import type { Features, Targets } from "../../src/head/linear.js";
import { separability } from "../../src/head/separability.js";
import { Random } from "../../src/random.js";

function features(rows: number[][]): Features {
  return { rows: rows.length, size: rows[0].length, data: Float32Array.from(rows.flat()) };
}

function classesOf(...labels: number[]): Targets {
  return { kind: "single-label", classes: Math.max(...labels) + 1, labels: Int32Array.from(labels) };
}

describe("separability", () => {
  it("is 1 where every row is nearest to its own class", () => {
    const rows = features([
      [1, 0.1],
      [1, -0.1],
      [0.1, 1],
      [-0.1, 1],
    ]);
    expect(separability(rows, classesOf(0, 0, 1, 1))).toBe(1);
  });

  it("leaves the row itself out: one stray row of four is wrong", () => {
    const rows = features([
      [1, 0],
      [1, 0.1],
      [0, 1],
      [1, 0.2],
    ]);
    expect(separability(rows, classesOf(0, 0, 1, 1))).toBeCloseTo(0.5);
    expect(separability(rows, classesOf(0, 0, 1, 0))).toBeCloseTo(0.5); // the third row is its class's only one
  });

  it("is near 0 for labels by chance, and 0 for several labels a row", () => {
    const random = new Random(1);
    const rows = Array.from({ length: 300 }, () => Array.from({ length: 5 }, () => random.normal()));
    const labels = rows.map(() => random.integer(3));
    expect(separability(features(rows), classesOf(...labels))).toBeLessThan(0.15);
    const multi: Targets = { kind: "multi-label", classes: 2, labels: new Uint8Array(600) };
    expect(separability(features(rows), multi)).toBe(0);
  });
});
