import { describe, expect, it } from "vitest";
import { prepareDesign } from "../../src/head/design.js";
import { headObjective } from "../../src/head/fit.js";
import type { Problem } from "../../src/head/objective.js";
import { applyPreconditioner } from "../../src/head/precondition.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";
import { blobs, oracle } from "./synthetic.js";

/** Central differences of a float32 loss: steps of 1e-2 leave about 1e-4 of either error. */
const STEP = 1e-2;
const DIFFERENCE_TOLERANCE = 2e-3;

const wasm = await loadTensorflow({ backend: "wasm" });

describe.each(["softmax", "binary", "multi-label"])("the %s objective", (name) => {
  const { features, targets } = oracle(name);

  it("has the gradient that finite differences give, for several problems with different rows at once", () => {
    const design = prepareDesign(wasm, features);
    const objective = headObjective(design, targets);
    const random = new Random(4);
    const normal = () => Float64Array.from({ length: design.columns * objective.classes }, () => random.normal());
    const problems: Problem[] = [0, 1, 2].map((label) => ({
      rowWeights: Float32Array.from({ length: features.rows }, (_, row) => (row % 3 === label ? 0 : random.uniform())),
      label: name === "multi-label" ? label : 0,
    }));
    const points = problems.map(normal);
    const directions = problems.map(normal);
    const evaluations = objective.evaluate(problems, points);
    const along = (scale: number) =>
      points.map((point, m) => point.map((value, i) => value + scale * directions[m][i]));
    const ahead = objective.evaluate(problems, along(STEP));
    const behind = objective.evaluate(problems, along(-STEP));
    for (const [m, { gradient }] of evaluations.entries()) {
      const slope = gradient.reduce((sum, value, i) => sum + value * directions[m][i], 0);
      const difference = (ahead[m].loss - behind[m].loss) / (2 * STEP);
      const size = Math.hypot(...gradient) * Math.hypot(...directions[m]);
      expect(Math.abs(slope - difference) / size).toBeLessThan(DIFFERENCE_TOLERANCE);
    }
    objective.dispose();
    design.dispose();
  });
});

describe("prepareDesign", () => {
  it("finds directions that explain the variance", () => {
    const { features } = blobs({ perClass: 600, classes: 2, size: 40, spread: 0.4, seed: 9 });
    const design = prepareDesign(wasm, features);
    const { variances, directions, rest } = design.spectrum;
    expect(variances.length).toBe(10);
    let total = 0;
    for (let row = 0; row < features.rows; row++) {
      for (let f = 0; f < 40; f++) total += (features.data[row * 40 + f] - design.mean[f]) ** 2 / features.rows;
    }
    expect(variances.reduce((sum, value) => sum + value, 0) + 30 * rest).toBeCloseTo(total, 4);
    expect(Math.max(...variances)).toBeGreaterThan(0.5 * total); // two blobs: one direction parts them
    for (let i = 0; i < 10; i++) {
      for (let j = 0; j < 10; j++) {
        let overlap = 0;
        for (let f = 0; f < 40; f++) overlap += directions[f * 10 + i] * directions[f * 10 + j];
        expect(overlap).toBeCloseTo(i === j ? 1 : 0, 9);
      }
    }
    design.dispose();
  });
});

describe("applyPreconditioner", () => {
  it("inverts 1 + 0.3 · curvature · covariance, and 0.3 · curvature for the intercept", () => {
    const direction = Float64Array.of(0.6, 0.8); // F = 2, R = 1
    const spectrum = { variances: Float64Array.of(5), directions: direction, rest: 0.5 };
    const curvature = Float64Array.of(10, 100);
    const vector = Float64Array.of(1, 2, 3, 4, 5, 6); // [F + 1, K]
    const result = new Float64Array(6);
    applyPreconditioner(spectrum, vector, curvature, result);
    for (let k = 0; k < 2; k++) {
      const c = 0.3 * curvature[k];
      const along = result[k] * 0.6 + result[2 + k] * 0.8;
      const hessian = (f: number) => (1 + c * 0.5) * result[2 * f + k] + c * 4.5 * direction[f] * along;
      expect(hessian(0)).toBeCloseTo(vector[k], 9);
      expect(hessian(1)).toBeCloseTo(vector[2 + k], 9);
      expect(c * result[4 + k]).toBeCloseTo(vector[4 + k], 9);
    }
  });
});
