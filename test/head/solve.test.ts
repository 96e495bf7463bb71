import { describe, expect, it } from "vitest";
import { prepareDesign } from "../../src/head/design.js";
import { headObjective, headStarts } from "../../src/head/fit.js";
import type { Features, Targets } from "../../src/head/linear.js";
import { solve } from "../../src/head/solve.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";

const wasm = await loadTensorflow({ backend: "wasm" });

/** Classes of very different size, well apart: a Newton step from the null model overshoots, and leaves rows certain and wrong. */
function skewed(rows: number, classes: number, size: number): { features: Features; targets: Targets } {
  const random = new Random(3);
  const centres = Float32Array.from({ length: classes * size }, () => random.normal());
  const labels = Int32Array.from({ length: rows }, (_, row) =>
    row < classes ? row : Math.floor(classes * random.uniform() ** 2),
  );
  const data = Float32Array.from({ length: rows * size }, (_, i) => {
    const centre = centres[labels[Math.floor(i / size)] * size + (i % size)];
    return (centre + 0.5 * random.normal()) / Math.sqrt(size / 3);
  });
  return { features: { rows, size, data }, targets: { kind: "single-label", classes, labels } };
}

describe("solve", () => {
  it("takes few evaluations where the curvature falls steeply on the way", async () => {
    const { features, targets } = skewed(2000, 40, 64);
    const design = prepareDesign(wasm, features);
    const objective = headObjective(design, targets);
    let evaluations = 0;
    const counted: typeof objective = {
      ...objective,
      evaluate(problems, points) {
        evaluations++;
        return objective.evaluate(problems, points);
      },
    };
    const included = new Float32Array(features.rows).fill(1);
    const starts = headStarts(objective, targets, { C: 10, included });
    const [{ converged, iterations }] = await solve(counted, starts, { tolerance: 1e-4, maxIterations: 300 });
    expect(converged).toBe(true);
    expect(evaluations).toBeLessThan(50);
    expect(evaluations).toBeLessThan(2 * iterations);
    objective.dispose();
    design.dispose();
  });
});
