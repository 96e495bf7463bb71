import { describe, expect, it } from "vitest";
import { cheapestBatches } from "../../src/encoder/cheapest-batches.js";
import { Random } from "../../src/random.js";

const runCost = 64;

function cost(groups: readonly number[][], lengths: ArrayLike<number>): number {
  return groups.reduce((sum, group) => sum + padded(group, lengths) + runCost, 0);
}

function padded(group: readonly number[], lengths: ArrayLike<number>): number {
  return group.length * Math.max(...group.map((i) => lengths[i]));
}

/** Every way of parting the first `count` indices into groups. */
function* partitions(count: number): Generator<number[][]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (const smaller of partitions(count - 1)) {
    yield [...smaller, [count - 1]];
    for (const at of smaller.keys()) yield smaller.map((group, i) => (i === at ? [...group, count - 1] : group));
  }
}

function leastCost(lengths: readonly number[], budget: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const groups of partitions(lengths.length)) {
    if (groups.every((group) => group.length === 1 || padded(group, lengths) <= budget)) {
      least = Math.min(least, cost(groups, lengths));
    }
  }
  return least;
}

function drawn(random: Random, count: number, longest: number): number[] {
  return Array.from({ length: count }, () => 1 + random.integer(longest));
}

describe("cheapestBatches", () => {
  it.each([
    ["plenty", 1e6],
    ["tight", 150],
    ["smaller than some texts", 40],
  ])("costs what the best of all partitions costs, with a budget that is %s", (_, budget) => {
    const random = new Random(3);
    for (let count = 0; count <= 7; count++) {
      for (let draw = 0; draw < 4; draw++) {
        const lengths = drawn(random, count, 90);
        expect(cost(cheapestBatches(lengths, budget, runCost), lengths), `${lengths}`).toBe(leastCost(lengths, budget));
      }
    }
  });

  it("puts each text in one run, longest first, and keeps to the budget", () => {
    const budget = 700;
    const lengths = drawn(new Random(4), 200, 128);
    const groups = cheapestBatches(lengths, budget, runCost);
    expect(groups.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
    for (const group of groups) expect(padded(group, lengths)).toBeLessThanOrEqual(budget);
    const inOrder = groups.flat().map((i) => lengths[i]);
    expect(inOrder).toEqual([...inOrder].sort((a, b) => b - a));
  });

  it("gives a text that is longer than the budget a run to itself", () => {
    expect(cheapestBatches([5, 300, 5], 100, runCost)).toEqual([[1], [0, 2]]);
  });

  it("parts short texts from long ones only where that saves more than a run costs", () => {
    const short = 10;
    const long = short + runCost;
    expect(cheapestBatches([long - 1, short], 1e6, runCost)).toEqual([[0, 1]]);
    expect(cheapestBatches([long + 1, short], 1e6, runCost)).toEqual([[0], [1]]);
  });
});
