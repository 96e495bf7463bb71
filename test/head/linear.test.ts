import { describe, expect, it } from "vitest";
import {
  headLogits,
  type LinearHead,
  probabilities,
  scaleHead,
  selectFeatures,
  selectTargets,
} from "../../src/head/linear.js";
import { Random } from "../../src/random.js";

const random = new Random(1);
const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
const head: LinearHead = { featureSize: 5, classes: 3, weights: normal(15), bias: normal(3) };
const features = { rows: 4, size: 5, data: normal(20) };

describe("headLogits", () => {
  it("multiplies and adds", () => {
    const small = { featureSize: 2, classes: 2, weights: Float32Array.of(1, 2, 3, 4), bias: Float32Array.of(10, 20) };
    const logits = headLogits(small, { rows: 2, size: 2, data: Float32Array.of(1, 0, 1, 2) });
    expect([...logits]).toEqual([11, 22, 17, 30]);
  });

  it("refuses features of another width", () => {
    expect(() => headLogits(head, { rows: 1, size: 4, data: normal(4) })).toThrow(/4 columns, the head expects 5/);
  });
});

describe("probabilities", () => {
  it("is the softmax of each row, also of large logits", () => {
    const p = probabilities("single-label", Float32Array.of(0, Math.log(3), 1000, 1000), 2);
    expect([...p].map((value) => Number(value.toFixed(6)))).toEqual([0.25, 0.75, 0.5, 0.5]);
  });

  it("is a sigmoid of each logit for multi-label", () => {
    const p = probabilities("multi-label", Float32Array.of(0, Math.log(3), -1000, 1000), 2);
    expect([...p].map((value) => Number(value.toFixed(6)))).toEqual([0.5, 0.75, 0, 1]);
  });
});

describe("scaleHead", () => {
  it("folds a temperature in: the probabilities are softmax(logits / T) and every argmax stays", () => {
    const logits = headLogits(head, features);
    const scaled = headLogits(scaleHead(head, 2.5), features);
    const expected = probabilities(
      "single-label",
      logits.map((z) => z / 2.5),
      3,
    );
    for (const [i, p] of probabilities("single-label", scaled, 3).entries()) expect(p).toBeCloseTo(expected[i], 6);
    for (let row = 0; row < 4; row++) {
      const top = (values: Float32Array) => {
        const z = [...values.subarray(row * 3, row * 3 + 3)];
        return z.indexOf(Math.max(...z));
      };
      expect(top(scaled)).toBe(top(logits));
    }
  });
});

describe("selectFeatures and selectTargets", () => {
  it("keep the given order", () => {
    expect([...selectFeatures(features, [2, 0]).data]).toEqual([
      ...features.data.subarray(10, 15),
      ...features.data.subarray(0, 5),
    ]);
    const many = { kind: "multi-label", classes: 2, labels: Uint8Array.of(1, 0, 0, 1, 1, 1) } as const;
    expect([...selectTargets(many, [2, 1]).labels]).toEqual([1, 1, 0, 1]);
    const one = { kind: "single-label", classes: 3, labels: Int32Array.of(0, 2, 1) } as const;
    expect([...selectTargets(one, [1, 0]).labels]).toEqual([2, 0]);
  });
});
