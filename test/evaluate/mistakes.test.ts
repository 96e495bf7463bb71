import { describe, expect, it } from "vitest";
import { mostConfused } from "../../src/evaluate/confused-pairs.js";
import { scoreSingleLabel } from "../../src/evaluate/single-label.js";
import { surestErrors } from "../../src/evaluate/surest-errors.js";

const labelNames = ["x", "y", "z"];

describe("surestErrors", () => {
  it("lists wrong rows by the probability of the wrong class, highest first", () => {
    const input = {
      probabilities: Float32Array.of(0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 1, 0, 0, 0.25, 0.25, 0.5),
      labels: Int32Array.of(1, 0, 0, -1),
      labelNames,
    };
    expect(surestErrors(input)).toEqual([
      { row: 1, actual: ["x"], predicted: ["y"], confidence: 0.75 },
      { row: 0, actual: ["y"], predicted: ["x"], confidence: 0.5 },
      { row: 3, actual: [], predicted: ["z"], confidence: 0.5 },
    ]);
    expect(surestErrors(input, 1)).toHaveLength(1);
  });

  it("measures label decisions by how far they lie beyond the threshold, wrongly given and missed alike", () => {
    const input = {
      probabilities: Float32Array.of(0.75, 0, 0, 0.25, 0.5, 0, 1, 0, 0),
      labels: Uint8Array.of(0, 0, 0, 1, 1, 0, 1, 0, 0),
      thresholds: Float32Array.of(0.5, 0.5, 1),
      labelNames,
    };
    expect(surestErrors(input)).toEqual([
      { row: 0, actual: [], predicted: ["x"], confidence: 0.5 },
      { row: 1, actual: ["x", "y"], predicted: ["y"], confidence: 0.5 },
    ]);
  });

  it("stays finite for thresholds of 0 and 1", () => {
    const input = {
      probabilities: Float32Array.of(0, 1),
      labels: Uint8Array.of(0, 0),
      thresholds: Float32Array.of(0, 1),
      labelNames: ["x", "y"],
    };
    expect(surestErrors(input)[0].confidence).toBe(0);
  });
});

describe("mostConfused", () => {
  it("lists pairs by rows, with the share of the true class", () => {
    const certain = [1, 1, 0, 2, 2, 2].flatMap((k) => labelNames.map((_, c) => (c === k ? 1 : 0)));
    const input = { probabilities: Float32Array.from(certain), labels: Int32Array.of(0, 0, 0, 2, 1, 2), labelNames };
    expect(mostConfused(scoreSingleLabel(input, { resamples: 0 }))).toEqual([
      { actual: "x", predicted: "y", count: 2, share: 2 / 3 },
      { actual: "y", predicted: "z", count: 1, share: 1 },
    ]);
  });
});
