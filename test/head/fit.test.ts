import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.js";
import { balancedClassWeights } from "../../src/head/class-weights.js";
import { fitHead } from "../../src/head/fit.js";
import { type Features, headLogits, probabilities, type Targets } from "../../src/head/linear.js";
import { loadTensorflow, type Tensorflow } from "../../src/runtime/tensorflow.js";
import { blobs, noisyLabels, type OracleFit, oracle } from "./synthetic.js";

/** Of the loss, which is what a fit promises; relative. */
const LOSS_TOLERANCE = 1e-5;
/** The loss is flat at its minimum: an error of 1e-6 in it leaves about its square root in the parameters. */
const PARAMETER_TOLERANCE = 5e-3;
const PROBABILITY_TOLERANCE = 1e-3;
/** Two backends round sums of float32 differently (about 1e-6 each), and may stop one iteration apart. */
const BACKEND_TOLERANCE = 1e-3;

const wasm = await loadTensorflow({ backend: "wasm" });
const automatic = await loadTensorflow();
const native = automatic.backend === "tensorflow" ? automatic : undefined;
const backends: Tensorflow[] = native ? [wasm, native] : [wasm];

function weightsFor(fit: OracleFit, targets: Targets) {
  return fit.classWeight === "balanced" ? balancedClassWeights(targets) : undefined;
}

function relative(found: number, expected: number): number {
  return Math.abs(found - expected) / Math.abs(expected);
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return a.length === b.length ? most : Number.POSITIVE_INFINITY;
}

function right(head: Parameters<typeof headLogits>[0], features: Features, labels: Int32Array): number {
  const logits = headLogits(head, features);
  return labels.filter((label, row) => {
    const z = [...logits.subarray(row * head.classes, (row + 1) * head.classes)];
    return z.indexOf(Math.max(...z)) === label;
  }).length;
}

describe.each(backends)("fitHead against scikit-learn, $backend", (tensorflow) => {
  const softmax = ["softmax", "wide"].flatMap((name) => {
    const { fits, ...task } = oracle(name);
    return fits.map((fit) => ({ name, ...task, fit, C: fit.C, classWeight: fit.classWeight }));
  });

  it.each(softmax)(
    "softmax regression ($name) at C = $C, class weight $classWeight",
    async ({ features, targets, fit }) => {
      const options = { C: fit.C, classWeight: weightsFor(fit, targets) };
      const { head, loss, converged } = await fitHead(tensorflow, features, targets, options);
      expect(converged).toBe(true);
      expect(relative(loss, fit.loss)).toBeLessThan(LOSS_TOLERANCE);
      const coef = fit.coef[0].flatMap((_, f) => fit.coef.map((row) => row[f])); // [F, K]
      expect(farthest(head.weights, coef)).toBeLessThan(PARAMETER_TOLERANCE * Math.max(1, fit.C));
      expect(farthest(head.bias, fit.intercept)).toBeLessThan(PARAMETER_TOLERANCE * Math.max(1, fit.C));
      const p = probabilities("single-label", headLogits(head, features), head.classes);
      expect(farthest(p, fit.probabilities.flat())).toBeLessThan(PROBABILITY_TOLERANCE);
    },
  );

  const two = oracle("binary");
  it.each(two.fits)("two classes at C = $C, class weight $classWeight", async (fit) => {
    const options = { C: fit.C, classWeight: weightsFor(fit, two.targets) };
    const { head, loss, converged } = await fitHead(tensorflow, two.features, two.targets, options);
    expect(converged).toBe(true);
    expect(relative(loss, fit.loss)).toBeLessThan(LOSS_TOLERANCE);
    const difference = fit.coef[0].map((_, f) => head.weights[2 * f + 1] - head.weights[2 * f]);
    expect(farthest(difference, fit.coef[0])).toBeLessThan(PARAMETER_TOLERANCE * Math.max(1, fit.C));
    const p = probabilities("single-label", headLogits(head, two.features), 2);
    expect(farthest(p, fit.probabilities.flat())).toBeLessThan(PROBABILITY_TOLERANCE);
  });

  const many = oracle("multi-label");
  it.each(many.fits)("independent labels at C = $C, class weight $classWeight", async (fit) => {
    const options = { C: fit.C, classWeight: weightsFor(fit, many.targets) };
    const { head, loss, converged } = await fitHead(tensorflow, many.features, many.targets, options);
    expect(converged).toBe(true);
    const expected = fit.labels.reduce((sum, label) => sum + label.loss, 0);
    expect(relative(loss, expected)).toBeLessThan(LOSS_TOLERANCE);
    const p = probabilities("multi-label", headLogits(head, many.features), head.classes);
    for (const [k, label] of fit.labels.entries()) {
      const column = p.filter((_, i) => i % head.classes === k);
      expect(
        farthest(
          column,
          label.probabilities.map((row) => row[1]),
        ),
      ).toBeLessThan(PROBABILITY_TOLERANCE);
    }
  });
});

describe.each(backends)("fitHead, $backend", (tensorflow) => {
  const { features, targets } = oracle("softmax");

  it("fits eight random rows perfectly", async () => {
    const few = blobs({ perClass: 2, classes: 4, size: 32, spread: 100, seed: 3 });
    const { head } = await fitHead(tensorflow, few.features, few.targets, { C: 1000 });
    expect(right(head, few.features, few.targets.labels as Int32Array)).toBe(8);
    const p = probabilities("single-label", headLogits(head, few.features), 4);
    for (const [row, label] of few.targets.labels.entries()) expect(p[row * 4 + label]).toBeGreaterThan(0.95);
  });

  it("gives the same bytes twice", async () => {
    const a = (await fitHead(tensorflow, features, targets, { C: 3 })).head;
    const b = (await fitHead(tensorflow, features, targets, { C: 3 })).head;
    expect(Buffer.from(a.weights.buffer).equals(Buffer.from(b.weights.buffer))).toBe(true);
    expect(Buffer.from(a.bias.buffer).equals(Buffer.from(b.bias.buffer))).toBe(true);
  });

  it("leaves no tensor behind", async () => {
    const before = tensorflow.tf.memory().numTensors;
    await fitHead(tensorflow, features, targets, { C: 3 });
    await fitHead(tensorflow, features, noisyLabels(features, 5, 1), { C: 3 });
    await expect(fitHead(tensorflow, features, targets, { C: 0 })).rejects.toThrow(OptionError);
    expect(tensorflow.tf.memory().numTensors).toBe(before);
  });

  it("starts from a given head: at its own optimum it is done in two steps at most", async () => {
    const wide = oracle("wide");
    const goals = [
      { features, targets },
      { features, targets: noisyLabels(features, 5, 1) },
      oracle("binary"),
      { features: wide.features, targets: wide.targets },
    ];
    for (const { features: x, targets: goal } of goals) {
      const { head, iterations } = await fitHead(tensorflow, x, goal, { C: 3 });
      expect(iterations).toBeGreaterThan(3);
      expect((await fitHead(tensorflow, x, goal, { C: 3, initial: head })).iterations).toBeLessThanOrEqual(2);
    }
  });

  it("lets the event loop turn while it takes long", async () => {
    const long = blobs({ perClass: 500, classes: 20, size: 100, spread: 6, seed: 6 });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await fitHead(tensorflow, long.features, long.targets, { C: 1000, tolerance: 1e-12, maxIterations: 60 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it("stops at the iterations it is given and says that it has not converged", async () => {
    const result = await fitHead(tensorflow, features, targets, { C: 30, maxIterations: 2 });
    expect(result).toMatchObject({ iterations: 2, converged: false });
  });

  it("copes with a class that has no rows: its probability is small, the rest is as without it", async () => {
    const wide: Targets = { ...targets, classes: 5 } as Targets;
    const { head, converged } = await fitHead(tensorflow, features, wide, { C: 1 });
    const narrow = (await fitHead(tensorflow, features, targets, { C: 1 })).head;
    const p = probabilities("single-label", headLogits(head, features), 5);
    const q = probabilities("single-label", headLogits(narrow, features), 4);
    expect(converged).toBe(true);
    for (let row = 0; row < features.rows; row++) {
      expect(p[row * 5 + 4]).toBeLessThan(1e-3);
      for (let k = 0; k < 4; k++) expect(Math.abs(p[row * 5 + k] - q[row * 4 + k])).toBeLessThan(5e-3);
    }
  });

  it("finds the optimum with the preconditioner of many rows, as with that of few", async () => {
    const large = blobs({ perClass: 400, classes: 3, size: 24, spread: 3, seed: 5 }); // 1,200 rows: directions are used
    const { head, loss } = await fitHead(tensorflow, large.features, large.targets, { C: 10, tolerance: 1e-9 });
    const copies = await fitHead(tensorflow, large.features, large.targets, { C: 10 });
    expect(relative(copies.loss, loss)).toBeLessThan(LOSS_TOLERANCE);
    expect(stationarity(head, large.features, large.targets.labels as Int32Array, 10)).toBeLessThan(1e-3);
  });
});

/** ‖∇‖ relative to that at zero, in float64 and written apart from the code under test. */
function stationarity(
  head: Parameters<typeof headLogits>[0],
  features: Features,
  labels: Int32Array,
  C: number,
): number {
  const { classes, featureSize } = head;
  const gradientAt = (h: typeof head) => {
    const p = probabilities("single-label", headLogits(h, features), classes);
    const gradient = Float64Array.from(h.weights);
    for (let row = 0; row < features.rows; row++) {
      for (let k = 0; k < classes; k++) {
        const error = C * (p[row * classes + k] - (labels[row] === k ? 1 : 0));
        for (let f = 0; f < featureSize; f++) gradient[f * classes + k] += error * features.data[row * featureSize + f];
      }
    }
    return Math.hypot(...gradient);
  };
  const zero = { ...head, weights: new Float32Array(head.weights.length), bias: new Float32Array(classes) };
  return gradientAt(head) / gradientAt(zero);
}

describe("the two backends", () => {
  it.runIf(native)("[native library here] agree on the probabilities", async () => {
    for (const name of ["softmax", "binary", "multi-label"]) {
      const { features, targets } = oracle(name);
      const [a, b] = await Promise.all(
        backends.map(async (tensorflow) => {
          const { head } = await fitHead(tensorflow, features, targets, { C: 3 });
          return probabilities(targets.kind, headLogits(head, features), targets.classes);
        }),
      );
      expect(farthest(a, b)).toBeLessThan(BACKEND_TOLERANCE);
    }
  });
});

describe("balancedClassWeights", () => {
  it("is N / (K · count), and 1 for a class without rows", () => {
    const weights = balancedClassWeights({ kind: "single-label", classes: 3, labels: Int32Array.of(0, 0, 0, 1) });
    expect([...weights].map((w) => Number(w.toFixed(4)))).toEqual([0.4444, 1.3333, 1]);
  });

  it("weighs the rows without and with each label", () => {
    const weights = balancedClassWeights({ kind: "multi-label", classes: 1, labels: Uint8Array.of(0, 0, 0, 1) });
    expect([...weights].map((w) => Number(w.toFixed(4)))).toEqual([0.6667, 2]);
  });
});
