import { describe, expect, it } from "vitest";
import { Batcher } from "../../src/serve/batcher.js";
import { QueueFullError } from "../../src/serve/errors.js";

/** Computes a text's length, twice as wide; each batch waits until it is let go. */
function bench(options: { workers?: number; maxBatch?: number; maxWaitMs?: number; maxQueue?: number } = {}) {
  const batches: { texts: readonly string[]; finish(): void; fail(error: Error): void }[] = [];
  const run = (texts: readonly string[]) =>
    new Promise<Float32Array>((resolve, reject) => {
      const finish = () => resolve(Float32Array.from(texts.flatMap((text) => [text.length, -text.length])));
      batches.push({ texts, finish, fail: reject });
    });
  const { workers = 1, maxBatch = 4, maxWaitMs = 0, maxQueue = 100 } = options;
  return { batches, batcher: new Batcher(run, workers, { maxBatch, maxWaitMs, maxQueue }) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("Batcher", () => {
  it("gathers what comes while the worker is busy", async () => {
    const { batches, batcher } = bench();
    const first = batcher.submit(["a"]);
    const others = [batcher.submit(["bb"]), batcher.submit(["ccc", "d"])];
    batches[0].finish();
    expect(await first).toEqual(Float32Array.of(1, -1));
    await settled();
    expect(batches[1].texts).toEqual(["bb", "ccc", "d"]);
    batches[1].finish();
    expect(await Promise.all(others)).toEqual([Float32Array.of(2, -2), Float32Array.of(3, -3, 1, -1)]);
  });

  it("lets a text wait for nobody while nothing is computed", () => {
    const { batches, batcher } = bench({ maxWaitMs: 60_000 });
    void batcher.submit(["a"]);
    expect(batches.map(({ texts }) => texts)).toEqual([["a"]]);
  });

  it("waits for others while another worker computes, and no longer than told", async () => {
    const { batches, batcher } = bench({ workers: 2, maxWaitMs: 40 });
    for (const text of ["a", "b", "c"]) void batcher.submit([text]);
    expect(batches).toHaveLength(1);
    while (batches.length < 2) await settled();
    expect(batches.map(({ texts }) => texts)).toEqual([["a"], ["b", "c"]]);
  });

  it("waits for nobody once a batch is full", () => {
    const { batches, batcher } = bench({ workers: 2, maxWaitMs: 60_000, maxBatch: 2 });
    for (const text of ["a", "b", "c"]) void batcher.submit([text]);
    expect(batches.map(({ texts }) => texts)).toEqual([["a"], ["b", "c"]]);
  });

  it("shares what waits among the workers that are free", async () => {
    const { batches, batcher } = bench({ workers: 2, maxBatch: 8 });
    void batcher.submit(["a", "b", "c", "d"]);
    expect(batches.map(({ texts }) => texts)).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it("lets a small request through beside one of many texts", async () => {
    const { batches, batcher } = bench();
    const many = batcher.submit(Array.from({ length: 12 }, (_, i) => "x".repeat(i)));
    const one = batcher.submit(["y"]);
    batches[0].finish();
    await settled();
    expect(batches[1].texts).toContain("y");
    batches[1].finish();
    expect(await one).toEqual(Float32Array.of(1, -1));
    for (let at = 2; at < 4; at++) {
      await settled();
      batches[at].finish();
    }
    expect([...(await many)].filter((_, i) => i % 2 === 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it("refuses more than may wait, and says when to come back", async () => {
    const { batches, batcher } = bench({ maxQueue: 3 });
    void batcher.submit(["busy"]);
    void batcher.submit(["a", "b"]);
    const refused = await batcher.submit(["c", "d"]).catch((error) => error);
    expect(refused).toBeInstanceOf(QueueFullError);
    expect(refused.retryAfterS).toBeGreaterThanOrEqual(1);
    const third = batcher.submit(["c"]);
    batches[0].finish();
    await settled();
    batches[1].finish();
    expect(await third).toEqual(Float32Array.of(1, -1));
  });

  it("does not compute what nobody waits for any more", async () => {
    const { batches, batcher } = bench();
    const leaving = new AbortController();
    void batcher.submit(["busy"]);
    const left = batcher.submit(["a", "b"], leaving.signal).catch((error) => error.message);
    const stays = batcher.submit(["c"]);
    leaving.abort(new Error("gone"));
    expect(await left).toBe("gone");
    expect(batcher.waiting).toBe(1);
    batches[0].finish();
    await settled();
    expect(batches[1].texts).toEqual(["c"]);
    batches[1].finish();
    expect(await stays).toEqual(Float32Array.of(1, -1));
  });

  it("fails the requests of a batch that fails, and goes on", async () => {
    const { batches, batcher } = bench();
    const first = batcher.submit(["a", "b", "c", "d", "e"]).catch((error) => error.message);
    const second = batcher.submit(["f"]);
    batches[0].fail(new Error("no memory"));
    expect(await first).toBe("no memory");
    await settled();
    expect(batches[1].texts).toEqual(["f"]);
    batches[1].finish();
    await second;
    await batcher.drained();
    expect(batcher.waiting).toBe(0);
  });
});
