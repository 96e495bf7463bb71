import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { symmetricEigen } from "../../src/experiments/eigen.js";
import { hScore } from "../../src/experiments/h-score.js";
import { logMe } from "../../src/experiments/logme.js";
import { nearestNeighbourAccuracy } from "../../src/experiments/neighbours.js";
import type { Features } from "../../src/head/linear.js";
import { Random } from "../../src/random.js";

interface Case {
  rows: number;
  size: number;
  classes: number;
  features: number[];
  labels: number[];
  logme: number;
  logmeAuthors: number;
  /** Of each class, from the authors' program. */
  alphas: number[];
  hscore: number;
  neighbours: number;
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL("../fixtures/experiments/rankings.json", import.meta.url), "utf8"),
);
const named = cases.map((one): [string, Case] => [`${one.rows} × ${one.size}`, one]);
const featuresOf = ({ rows, size, features }: Case): Features => ({ rows, size, data: Float32Array.from(features) });

describe("logMe", () => {
  it.each(named)("agrees with the papers' formulas on dense matrices to 1e-6, %s", (_, one) => {
    const found = logMe(featuresOf(one), Int32Array.from(one.labels), one.classes);
    expect(Math.abs(found - one.logme)).toBeLessThan(1e-6);
  });
});

describe("logMe, beside the authors' program", () => {
  const [tall, wide] = [
    named.filter(([, one]) => one.rows >= one.size),
    named.filter(([, one]) => one.rows < one.size),
  ];

  it.each(tall)("agrees to 1e-6, %s", (_, one) => {
    const found = logMe(featuresOf(one), Int32Array.from(one.labels), one.classes);
    expect(Math.abs(found - one.logmeAuthors)).toBeLessThan(1e-6);
  });

  it.each(wide)("agrees to 1e-6 but for log |A| of the D - N directions that it leaves out, %s", (_, one) => {
    const found = logMe(featuresOf(one), Int32Array.from(one.labels), one.classes);
    const logAlpha = one.alphas.reduce((sum, alpha) => sum + Math.log(alpha), 0) / one.classes;
    const leftOut = ((one.size - one.rows) * logAlpha) / (2 * one.rows);
    expect(Math.abs(found + leftOut - one.logmeAuthors)).toBeLessThan(1e-6);
  });
});

describe("hScore", () => {
  it.each(named)("agrees with the paper's formula on scikit-learn's LedoitWolf to 1e-6, %s", (_, one) => {
    const found = hScore(featuresOf(one), Int32Array.from(one.labels), one.classes);
    expect(Math.abs(found - one.hscore)).toBeLessThan(1e-6);
  });
});

describe("nearestNeighbourAccuracy", () => {
  it.each(named)("agrees with brute force, %s", (_, one) => {
    expect(nearestNeighbourAccuracy(featuresOf(one), Int32Array.from(one.labels))).toBeCloseTo(one.neighbours, 12);
  });
});

describe("symmetricEigen", () => {
  it.each([1, 2, 7, 60])("takes a matrix of %s rows apart and puts it together again", (size) => {
    const random = new Random(size);
    const half = Float64Array.from({ length: size * size }, () => random.normal());
    const matrix = half.map((_, at) => half[at] + half[(at % size) * size + Math.floor(at / size)]);
    const { values, vectors } = symmetricEigen(matrix, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let [again, overlap] = [0, 0];
        for (let k = 0; k < size; k++) {
          again += values[k] * vectors[i * size + k] * vectors[j * size + k];
          overlap += vectors[k * size + i] * vectors[k * size + j];
        }
        expect(again).toBeCloseTo(matrix[i * size + j], 9);
        expect(overlap).toBeCloseTo(i === j ? 1 : 0, 10);
      }
    }
    expect([...values].every((value, i) => i === 0 || value >= values[i - 1])).toBe(true);
  });

  it("knows equal and vanishing eigenvalues", () => {
    const matrix = Float64Array.of(2, 0, 0, 0, 2, 0, 0, 0, 0);
    expect([...symmetricEigen(matrix, 3).values]).toEqual([0, 2, 2]);
  });
});
