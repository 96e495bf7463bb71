import { describe, expect, it } from "vitest";
import { lengthBatches } from "../../src/encoder/batches.js";
import { Random } from "../../src/random.js";

describe("lengthBatches", () => {
  const random = new Random(1);
  const lengths = Array.from({ length: 500 }, () => 2 + random.integer(255));

  it("puts every text in exactly one batch", () => {
    const rows = lengthBatches(lengths, 1024).flat();
    expect(rows.sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
  });

  it("keeps padded tokens within the budget", () => {
    for (const batch of lengthBatches(lengths, 1024)) {
      expect(batch.length * Math.max(...batch.map((i) => lengths[i]))).toBeLessThanOrEqual(1024);
    }
  });

  it("gives a text longer than the budget a batch of its own", () => {
    expect(lengthBatches([3000, 10], 1024)).toEqual([[0], [1]]);
  });
});
