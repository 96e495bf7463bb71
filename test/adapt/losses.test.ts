import { beforeAll, describe, expect, it } from "vitest";
import { batchLoss, type LossWeights, labelSimilarity } from "../../src/adapt/losses.js";
import type { LinearHead, Targets } from "../../src/head/linear.js";
import { Random } from "../../src/random.js";
import { loadTensorflow, type Tensorflow, useBackend } from "../../src/runtime/tensorflow.js";
import { largestDifference } from "../encoder/oracle.js";
import { centralDifferences, type PlainBatch, plainLoss } from "./plain-losses.js";

/** float32 against float64, relative; the largest seen is 1e-6. */
const tolerance = 1e-5;

const wasm = await loadTensorflow({ backend: "wasm" });
const automatic = await loadTensorflow();
const backends: Tensorflow[] = automatic.backend === "tensorflow" ? [wasm, automatic] : [wasm];

const losses: Record<string, LossWeights> = {
  "cosine pairs": { cosinePairs: 1 },
  ranking: { ranking: 1 },
  contrastive: { contrastive: 1 },
  "cross-entropy": { crossEntropy: 1 },
  "all of them": { cosinePairs: 0.5, ranking: 0.3, contrastive: 2, crossEntropy: 0.25 },
};

const single = (classes: number, ...labels: number[]): Targets => ({
  kind: "single-label",
  classes,
  labels: Int32Array.from(labels),
});
const multi = (classes: number, ...labels: number[]): Targets => ({
  kind: "multi-label",
  classes,
  labels: Uint8Array.from(labels),
});

const batches: Record<string, Targets> = {
  "one label a text": single(3, 0, 1, 2, 0, 1, 1, 2, 0),
  "texts without a partner": single(4, 0, 0, 1, 2, 3, 3),
  "no two texts of one class": single(4, 3, 1, 0, 2),
  "one class alone": single(2, 1, 1, 1),
  "a single text": single(2, 1),
  "several labels a text": multi(3, 1, 1, 0, /**/ 1, 0, 0, /**/ 0, 1, 1, /**/ 0, 0, 1, /**/ 1, 1, 1, /**/ 0, 1, 0),
  "a text without a label": multi(2, 0, 0, /**/ 1, 0, /**/ 1, 1, /**/ 0, 1),
};

const cases = Object.keys(losses).flatMap((loss) => Object.keys(batches).map((batch) => ({ loss, batch })));

/** Rows of unit length, and a head. */
function drawn(targets: Targets, size = 6): PlainBatch & { embeddings: Float32Array; head: LinearHead } {
  const random = new Random(5);
  const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
  const rows = labelSimilarity(targets).length ** 0.5;
  const embeddings = normal(rows * size);
  for (let row = 0; row < rows; row++) {
    const own = embeddings.subarray(row * size, (row + 1) * size);
    const length = Math.hypot(...own);
    own.forEach((value, i) => {
      own[i] = value / length;
    });
  }
  const { classes } = targets;
  const head: LinearHead = { featureSize: size, classes, weights: normal(size * classes), bias: normal(classes) };
  return { embeddings, targets, head };
}

function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  return largestDifference(found, wanted) / Math.max(1, ...Array.from(wanted, Math.abs));
}

describe.each(backends)("batchLoss on $backend", (tensorflow) => {
  beforeAll(() => useBackend(tensorflow));

  it.each(cases)("is what two plain loops give, with its derivatives: $loss, $batch", ({ loss, batch }) => {
    const weights = losses[loss];
    const input = drawn(batches[batch]);
    const found = batchLoss(tensorflow, weights, input.embeddings, input.targets, input.head);
    expect(relativeError([found.loss], [plainLoss(weights, input)])).toBeLessThan(tolerance);
    const wanted = centralDifferences(weights, input);
    expect(relativeError(found.dEmbeddings, wanted.embeddings)).toBeLessThan(tolerance);
    expect(found.dHead === undefined).toBe(weights.crossEntropy === undefined);
    if (!found.dHead) return;
    expect(relativeError(found.dHead.weights, wanted.weights)).toBeLessThan(tolerance);
    expect(relativeError(found.dHead.bias, wanted.bias)).toBeLessThan(tolerance);
  });

  it.each([
    ["all texts alike", [1, 0, 1, 0, 1, 0]],
    ["opposite texts", [1, 0, -1, 0, 1, 0]],
  ])("is finite for %s", (_, values) => {
    const head = { featureSize: 2, classes: 3, weights: new Float32Array(6).fill(50), bias: new Float32Array(3) };
    for (const targets of [single(3, 0, 1, 1), single(3, 0, 1, 2), multi(3, 0, 0, 0, 0, 0, 0, 1, 1, 1)]) {
      const found = batchLoss(tensorflow, losses["all of them"], Float32Array.from(values), targets, head);
      for (const value of [found.loss, ...found.dEmbeddings, ...found.dHead!.weights]) {
        expect(Number.isFinite(value)).toBe(true);
      }
    }
  });

  it("is 0 for what the cosine pairs ask for, and has no gradient there", () => {
    const embeddings = Float32Array.of(1, 0, 1, 0, 0, 1);
    const { loss, dEmbeddings } = batchLoss(tensorflow, { cosinePairs: 1 }, embeddings, single(2, 0, 0, 1));
    expect(loss).toBeCloseTo(0, 6);
    expect(largestDifference(dEmbeddings, new Float32Array(6))).toBeLessThan(1e-6);
  });

  it("keeps no tensor", () => {
    const before = tensorflow.tf.memory().numTensors;
    const { embeddings, targets, head } = drawn(batches["one label a text"]);
    batchLoss(tensorflow, losses["all of them"], embeddings, targets, head);
    expect(tensorflow.tf.memory().numTensors).toBe(before);
  });
});

describe("labelSimilarity", () => {
  it("is 1 or 0 for one label a text", () => {
    expect([...labelSimilarity(single(2, 0, 1, 0))]).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it("is labels shared over labels had by either, for several", () => {
    const similarity = labelSimilarity(multi(3, 1, 1, 0, /**/ 0, 1, 1, /**/ 0, 0, 0));
    expect(similarity[1]).toBeCloseTo(1 / 3, 6);
    expect([similarity[0], similarity[2], similarity[8]]).toEqual([1, 0, 0]);
  });
});
