import { describe, expect, it } from "vitest";
import { fitTemperature, logLoss, TEMPERATURE_RANGE } from "../../src/head/calibration.js";
import { probabilities, type Targets } from "../../src/head/linear.js";
import { bestThresholds } from "../../src/head/thresholds.js";
import { Random } from "../../src/random.js";

/** Labels drawn from softmax(logits / truth) or σ(logits / truth). */
function drawn(
  kind: Targets["kind"],
  rows: number,
  classes: number,
  truth: number,
): { targets: Targets; logits: Float32Array } {
  const random = new Random(11);
  const logits = Float32Array.from({ length: rows * classes }, () => 3 * random.normal());
  const p = probabilities(
    kind,
    logits.map((z) => z / truth),
    classes,
  );
  if (kind === "multi-label") {
    const labels = Uint8Array.from(p, (value) => (random.uniform() < value ? 1 : 0));
    return { targets: { kind, classes, labels }, logits };
  }
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    let left = random.uniform();
    for (let k = 0; k < classes - 1; k++) {
      left -= p[row * classes + k];
      if (left < 0) return k;
    }
    return classes - 1;
  });
  return { targets: { kind, classes, labels }, logits };
}

describe("fitTemperature", () => {
  it.each([
    ["single-label", 0.4],
    ["single-label", 3],
    ["multi-label", 0.4],
    ["multi-label", 3],
  ] as const)("finds the minimum that a fine grid finds, %s drawn at T = %d", (kind, truth) => {
    const { targets, logits } = drawn(kind, 4000, 4, truth);
    const found = fitTemperature(targets, logits);
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let T = 0.1; T < 10; T *= 1.005) {
      const loss = logLoss(targets, logits, T);
      if (loss < least) [least, best] = [loss, T];
    }
    expect(Math.abs(found / best - 1)).toBeLessThan(0.02); // the grid's step, and one part in 4,002 of doubt
    expect(Math.abs(found / truth - 1)).toBeLessThan(0.1); // sampling error of 4,000 rows
    expect(logLoss(targets, logits, found)).toBeLessThan(least + 1e-4);
  });

  it("doubles when the logits double", () => {
    const { targets, logits } = drawn("single-label", 500, 3, 2);
    const twice = fitTemperature(
      targets,
      logits.map((z) => 2 * z),
    );
    expect(twice).toBeCloseTo(2 * fitTemperature(targets, logits), 4);
  });

  it("stays moderate when a handful of rows are all right", () => {
    const targets: Targets = { kind: "single-label", classes: 2, labels: Int32Array.of(0, 1, 0, 1) };
    const T = fitTemperature(targets, Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1));
    const p = 1 / (1 + Math.exp(-1 / T));
    expect(p).toBeCloseTo(5 / 6, 4); // 1 − 1 / (N + 2)
  });

  it("stays in its range when every row is wrong, and is 1 when the logits say nothing", () => {
    const targets: Targets = { kind: "single-label", classes: 2, labels: Int32Array.of(0, 1) };
    expect(fitTemperature(targets, Float32Array.of(0, 9, 9, 0))).toBeCloseTo(TEMPERATURE_RANGE[1], 3);
    expect(fitTemperature(targets, new Float32Array(4))).toBe(1);
  });
});

describe("logLoss", () => {
  it("is the mean of −log p", () => {
    const one: Targets = { kind: "single-label", classes: 2, labels: Int32Array.of(1, 0) };
    expect(logLoss(one, Float32Array.of(0, Math.log(3), 0, 0))).toBeCloseTo((-Math.log(0.75) - Math.log(0.5)) / 2, 6);
    const many: Targets = { kind: "multi-label", classes: 2, labels: Uint8Array.of(1, 0) };
    expect(logLoss(many, Float32Array.of(Math.log(3), 0))).toBeCloseTo((-Math.log(0.75) - Math.log(0.5)) / 2, 6);
  });
});

describe("bestThresholds", () => {
  const rows = 400;
  const random = new Random(2);
  const p = Float32Array.from({ length: rows }, () => random.uniform());

  it("moves to the cut that gives the best F1", () => {
    const labels = Uint8Array.from(p, (value) => (value > 0.2 ? 1 : 0));
    const [threshold] = bestThresholds(p, labels, 1);
    expect(threshold).toBeGreaterThan(0.2);
    expect(threshold).toBeLessThan(0.23); // 320 positives: 3% of the way back to 0.5
  });

  it("stays near 0.5 for a label with few rows", () => {
    const labels = new Uint8Array(rows);
    labels[p.indexOf([...p].find((value) => value > 0.1 && value < 0.15) as number)] = 1;
    const [threshold] = bestThresholds(p, labels, 1);
    expect(Math.abs(threshold - 0.5)).toBeLessThan(0.05);
  });

  it("is 0.5 for a label that no row has, or every row, and where 0.5 is as good as any", () => {
    expect([...bestThresholds(p, new Uint8Array(rows), 1)]).toEqual([0.5]);
    expect([...bestThresholds(p, new Uint8Array(rows).fill(1), 1)]).toEqual([0.5]);
    expect([...bestThresholds(Float32Array.of(0.3, 0.9), Uint8Array.of(0, 1), 1)]).toEqual([0.5]);
  });

  it("treats each label apart", () => {
    const both = new Float32Array(2 * rows);
    const labels = new Uint8Array(2 * rows);
    for (let row = 0; row < rows; row++) {
      both.set([p[row], p[row]], 2 * row);
      labels.set([p[row] > 0.2 ? 1 : 0, p[row] > 0.8 ? 1 : 0], 2 * row);
    }
    const [low, high] = bestThresholds(both, labels, 2);
    expect(low).toBeLessThan(0.3);
    expect(high).toBeGreaterThan(0.7);
  });
});
