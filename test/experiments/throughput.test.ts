import { availableParallelism } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { batchTokens } from "../../src/encoder/batches.js";
import { throughput } from "../../src/experiments/throughput.js";

afterEach(() => void vi.restoreAllMocks());

describe("throughput", () => {
  /** @param tookMs of each round */
  const measured = async (tookMs: number[]) => {
    let nowMs = 0;
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    const rounds: number[] = [];
    const run = async (texts: readonly string[]) => {
      nowMs += tookMs[rounds.length];
      rounds.push(texts.length);
    };
    const encoder = { tokenize: (texts: readonly string[]) => texts.map(() => [1, 2, 3, 4]) };
    return { perSecond: await throughput(encoder, ["one", "two", "three"], run), rounds };
  };
  const texts = (2 * availableParallelism() * batchTokens) / 4;

  it("keeps every worker busy however few and short the texts are, and takes the fastest round after the first", async () => {
    const { perSecond, rounds } = await measured([900, 300, 200, 250]);
    expect(rounds).toEqual([texts, texts, texts, texts]);
    expect(perSecond).toBeCloseTo(texts / 0.2, 6);
  });

  it("is content with one round on a slow machine", async () => {
    const { perSecond, rounds } = await measured([9000, 5000]);
    expect(rounds).toEqual([texts, texts]);
    expect(perSecond).toBeCloseTo(texts / 5, 6);
  });
});
