import { describe, expect, it } from "vitest";
import { confidentJoint, estimatedNoise } from "../../src/audit/confident-joint.js";
import { labelErrors, type PruneRule } from "../../src/audit/label-errors.js";
import { Random } from "../../src/random.js";

/** Eight rows of two classes, worked out by hand: row 3 is labelled 0 and looks like 1, row 7 the other way round. */
const eight = {
  classes: 2,
  labels: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1),
  probabilities: Float32Array.of(0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.1, 0.9, 0.8, 0.2),
};

/** Rows whose probabilities are near their true class; `wrong` of the labels are the next class. */
function noisy(rows: number, classes: number, wrong: number) {
  const random = new Random(5);
  const truth = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const changed = new Set(random.shuffle([...truth.keys()]).slice(0, wrong));
  const probabilities = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const weights = Array.from({ length: classes }, (_, k) => random.uniform() + (k === truth[row] ? 3 : 0));
    const sum = weights.reduce((a, b) => a + b);
    weights.forEach((weight, k) => {
      probabilities[row * classes + k] = weight / sum;
    });
  }
  const labels = truth.map((k, row) => (changed.has(row) ? (k + 1) % classes : k));
  return { classes, labels, probabilities, changed };
}

describe("confidentJoint", () => {
  it("takes as a class's threshold the mean probability of the rows labelled so", () => {
    const { thresholds } = confidentJoint(eight);
    expect(thresholds[0]).toBeCloseTo((0.9 + 0.8 + 0.7 + 0.1) / 4, 6);
    expect(thresholds[1]).toBeCloseTo((0.8 + 0.7 + 0.9 + 0.2) / 4, 6);
  });

  it("counts rows by the class whose threshold they reach, and scales to the rows of each label", () => {
    const { confident, counts } = confidentJoint(eight);
    expect([...confident]).toEqual([0, 0, 0, 1, 1, 1, 1, 0]);
    expect([...counts]).toEqual([3, 1, 1, 3]);
    expect(estimatedNoise({ counts }, 2)).toBe(0.25);
  });

  it("leaves out rows that reach no threshold, and counts their label's rows all the same", () => {
    const unsure = { ...eight, probabilities: eight.probabilities.slice() };
    unsure.probabilities.set([0.5, 0.5], 2);
    const { confident, counts } = confidentJoint(unsure);
    expect(confident[1]).toBe(-1);
    expect(counts[0] + counts[1]).toBeCloseTo(4, 10);
  });

  it("never says a label of no rows", () => {
    const { confident } = confidentJoint({ ...eight, labels: new Int32Array(8) });
    expect([...confident].every((k) => k !== 1)).toBe(true);
  });
});

describe("labelErrors", () => {
  it.each<PruneRule>(["noise-rate", "class", "both", "confident", "argmax"])("finds both wrong rows by %s", (rule) => {
    const errors = labelErrors(eight, confidentJoint(eight), rule);
    expect(errors.map(({ row, given, suggested }) => [row, given, suggested])).toEqual([
      [3, 0, 1],
      [7, 1, 0],
    ]);
    expect(errors[0].margin).toBeCloseTo(0.8, 6);
  });

  it("finds most of the labels that were changed, and little else", () => {
    const input = noisy(600, 5, 60);
    const found = labelErrors(input).map(({ row }) => row);
    const hits = found.filter((row) => input.changed.has(row)).length;
    expect(hits / 60).toBeGreaterThan(0.85);
    expect(hits / found.length).toBeGreaterThan(0.9);
  });

  it("finds nothing where every row looks like its label", () => {
    expect(labelErrors(noisy(200, 4, 0))).toEqual([]);
  });
});
