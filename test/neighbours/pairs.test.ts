import { describe, expect, it } from "vitest";
import type { Features } from "../../src/head/linear.js";
import { eachPair } from "../../src/neighbours/pairs.js";
import { cosine, directions } from "./directions.js";

async function pairsOf(a: Features, b: Features | undefined, threshold: number): Promise<string[]> {
  const pairs: string[] = [];
  await eachPair(a, b, { threshold, onPair: (i, j) => pairs.push(`${i} ${j}`) });
  return pairs.sort();
}

describe("eachPair", () => {
  it("gives each pair within a set once, across blocks too", async () => {
    const a = directions(4200, 4); // three blocks
    const expected: string[] = [];
    for (let i = 0; i < a.rows; i++) {
      for (let j = i + 1; j < a.rows; j++) if (cosine(a, i, a, j) >= 0.9995) expected.push(`${i} ${j}`);
    }
    // A pair at the very threshold may fall on either side.
    const found = new Set(await pairsOf(a, undefined, 0.9995));
    const differing = [...found, ...expected].filter((pair) => found.has(pair) !== expected.includes(pair));
    expect(expected.length).toBeGreaterThan(50);
    expect(differing.length).toBeLessThanOrEqual(2);
    expect([...found].some((pair) => Number(pair.split(" ")[1]) - Number(pair.split(" ")[0]) > 2048)).toBe(true);
  });

  it("gives all pairs between two sets", async () => {
    const [a, b] = [directions(30, 3), directions(40, 3, 2)];
    const expected: string[] = [];
    for (let i = 0; i < 30; i++) for (let j = 0; j < 40; j++) if (cosine(a, i, b, j) >= 0.9) expected.push(`${i} ${j}`);
    expect(await pairsOf(a, b, 0.9)).toEqual(expected.sort());
  });
});
