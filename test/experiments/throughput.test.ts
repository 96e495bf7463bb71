import { availableParallelism } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { batchTokens } from "../../src/encoder/batches.js";
import { throughput } from "../../src/experiments/throughput.js";

afterEach(() => void vi.restoreAllMocks());

describe("throughput", () => {
  it("keeps every worker busy however few and short the texts are, and takes the fastest round after the first", async () => {
    let nowMs = 0;
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    const tookMs = [9000, 300, 200, 250]; // the workers start in the first
    const rounds: number[] = [];
    const run = async (texts: readonly string[]) => {
      nowMs += tookMs[rounds.length];
      rounds.push(texts.length);
    };
    const encoder = { tokenize: (texts: readonly string[]) => texts.map(() => [1, 2, 3, 4]) };
    const perSecond = await throughput(encoder, ["one", "two", "three"], run);
    const texts = (2 * availableParallelism() * batchTokens) / 4;
    expect(rounds).toEqual([texts, texts, texts, texts]);
    expect(perSecond).toBeCloseTo(texts / 0.2, 6);
  });
});
