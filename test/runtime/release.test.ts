import { describe, expect, it } from "vitest";
import { release } from "../../src/runtime/release.js";

describe("release", () => {
  it("empties arrays and what shares a buffer with them", () => {
    const buffer = new ArrayBuffer(64);
    const [whole, part, other] = [new Float32Array(buffer), new Float32Array(buffer, 16, 4), new BigInt64Array(2)];
    release([part, part, other]);
    expect([whole, part, other].map(({ length }) => length)).toEqual([0, 0, 0]);
  });

  it("frees their memory without the garbage collector", () => {
    const size = 50 * 2 ** 20;
    const array = new Uint8Array(size);
    const before = process.memoryUsage().arrayBuffers;
    release([array]);
    expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(size);
  });
});
