import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelsModule } from "../../scripts/build-kernels.js";
import { aligned, Parameters } from "../../src/adapt/parameters.js";
import { OptionError } from "../../src/errors.js";
import { Random } from "../../src/random.js";

describe("kernels", () => {
  it("are what their source compiles to", async () => {
    const built = readFileSync(new URL("../../src/adapt/kernels.ts", import.meta.url), "utf8");
    expect(built).toBe(await kernelsModule());
  });
});

describe("Parameters", () => {
  it("adds the scratch to the gradients, to the last value", () => {
    const parameters = new Parameters(12);
    parameters.gradients.set(Array.from({ length: 12 }, (_, i) => i));
    parameters.scratch.set(Array.from({ length: 12 }, (_, i) => 100 * i));
    parameters.addScratch();
    expect([...parameters.gradients]).toEqual(Array.from({ length: 12 }, (_, i) => 101 * i));
    expect([...parameters.weights, ...parameters.moments[0]]).toEqual(Array(24).fill(0));
  });

  it("has the Euclidean length of the gradients, summed in float64", () => {
    const parameters = new Parameters(8);
    parameters.gradients.set([3, 0, 0, -4, 0, 0, 0, 12]);
    expect(parameters.gradientNorm()).toBe(13);
    const random = new Random(1);
    const many = new Parameters(100_000);
    for (const i of many.gradients.keys()) many.gradients[i] = 1000 + random.normal();
    let squares = 0;
    for (const value of many.gradients) squares += value * value;
    expect(many.gradientNorm() / Math.sqrt(squares)).toBeCloseTo(1, 12);
  });

  it("refuses more weights than a memory holds, before it takes any", () => {
    expect(() => new Parameters(aligned(300e6))).toThrow(OptionError);
    expect(() => new Parameters(aligned(300e6))).toThrow("300 million");
  });

  it("starts stretches at multiples of four", () => {
    expect([0, 1, 4, 5].map(aligned)).toEqual([0, 4, 4, 8]);
  });
});
