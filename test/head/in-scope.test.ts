import { describe, expect, it } from "vitest";
import { fitInScope, scopeThreshold } from "../../src/head/in-scope.js";
import { Random } from "../../src/random.js";

/** Two classes of unit vectors in 3 dimensions, around the first and the second axis; logits are the coordinates. */
function twoClasses(rows: number) {
  const random = new Random(3);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const data = new Float32Array(rows * 3);
  const logits = new Float32Array(rows * 2);
  for (let row = 0; row < rows; row++) {
    const vector = [0, 1, 2].map((f) => 0.1 * random.normal() + (f === labels[row] ? 1 : 0));
    const length = Math.hypot(...vector);
    vector.forEach((value, f) => {
      data[row * 3 + f] = value / length;
    });
    logits.set(data.subarray(row * 3, row * 3 + 2), row * 2);
  }
  const groups = Int32Array.from(labels.keys());
  return { features: { rows, size: 3, data }, classes: 2, labels, groups, rows: groups, logits };
}

function scoreOf(score: ReturnType<typeof fitInScope>["score"], feature: number[], logits: number[]): number {
  const similarities = [0, 1].map((k) =>
    feature.reduce((sum, x, f) => sum + x * (score.prototypes?.[f * 2 + k] ?? 0), 0),
  );
  return Math.max(...similarities) + score.logitWeight * Math.max(...logits) + score.bias;
}

describe("fitInScope", () => {
  it("scores a direction of no class below all training rows, even where a logit is as large as theirs", () => {
    const { score, scores } = fitInScope(twoClasses(100));
    expect(scoreOf(score, [0, 0, 1], [1, 0])).toBeLessThan(Math.min(...scores));
    expect(scoreOf(score, [1, 0, 0], [1, 0])).toBeGreaterThan(scopeThreshold(scores, 0.95));
  });

  it("gives scores of mean 0", () => {
    const { scores } = fitInScope(twoClasses(60));
    expect(scores.reduce((sum, value) => sum + value, 0) / 60).toBeCloseTo(0, 10);
  });

  it("compares no row with a mean that it or its duplicate is part of", () => {
    const given = twoClasses(4); // classes 0, 1, 0, 1
    given.groups = Int32Array.of(0, 1, 0, 3); // the rows of class 0 are duplicates: nothing of the class is left to compare with
    const { scores } = fitInScope(given);
    const apart = fitInScope({ ...given, groups: Int32Array.of(0, 1, 2, 3) }).scores;
    expect(scores[0] - scores[1]).toBeLessThan(apart[0] - apart[1] - 0.5);
  });

  it("is of the logits alone where features are missing", () => {
    const { score, scores } = fitInScope({ ...twoClasses(40), features: undefined });
    expect(score.prototypes).toBeUndefined();
    expect(scoreOf(score, [0, 0, 0], [0, 0])).toBeLessThan(Math.min(...scores));
  });
});

describe("scopeThreshold", () => {
  it("leaves a twentieth of many rows below it", () => {
    const scores = Float64Array.from({ length: 1000 }, (_, i) => i);
    expect(scores.filter((score) => score < scopeThreshold(scores, 0.95)).length).toBe(50);
  });

  it("keeps all of few rows", () => {
    expect(scopeThreshold(Float64Array.of(3, 1, 2), 0.95)).toBe(1);
  });
});
