import { describe, expect, it } from "vitest";
import { nearDuplicates } from "../../src/label/near-duplicates.js";
import { nextRows, type Situation, strategyNames } from "../../src/label/strategies/index.js";
import { kMeans } from "../../src/label/strategies/k-means.js";
import { unitRows } from "../../src/label/strategies/vectors.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";

const tensorflow = await loadTensorflow({ backend: "wasm" });

const size = 8;
const rows = 60;

/** Three bunches of 30, 20 and 10 points around directions of their own. */
function bunches(noise = 0.15): { points: ReturnType<typeof unitRows>; bunch: number[] } {
  const random = new Random(3);
  const bunch = Array.from({ length: rows }, (_, row) => (row < 30 ? 0 : row < 50 ? 1 : 2));
  const data = Float32Array.from(
    { length: rows * size },
    (_, at) => noise * random.normal() + (at % size === bunch[Math.floor(at / size)] ? 1 : 0),
  );
  return { points: unitRows({ rows, size, data }), bunch };
}

function situation(probabilities?: Float32Array, answered: number[] = []): Situation {
  const candidates = Int32Array.from({ length: rows }, (_, row) => row).filter((row) => !answered.includes(row));
  const { points: features } = bunches();
  return {
    tensorflow,
    features,
    candidates,
    answered: Int32Array.from(answered),
    kind: "single-label",
    classes: 3,
    probabilities,
  };
}

/** Rows are surer the higher their number, but for row 7, which is a toss-up of two, and row 9, which is even between all. */
function doubts(): Float32Array {
  const shares = Float32Array.from({ length: rows * 3 }, (_, at) => {
    const sure = 0.6 + Math.floor(at / 3) / 200;
    return at % 3 === 0 ? sure : (1 - sure) / 2;
  });
  shares.set([0.5, 0.5, 0], 21);
  shares.set([0.36, 0.32, 0.32], 27);
  return shares;
}

describe("nextRows", () => {
  it.each(strategyNames)("%s gives distinct candidates, the same for the same seed", (name) => {
    const given = situation(doubts(), [1, 2, 3]);
    const chosen = nextRows(name, given, 12, new Random(5));
    expect(new Set(chosen).size).toBe(12);
    for (const row of chosen) expect(given.candidates).toContain(row);
    expect(nextRows(name, given, 12, new Random(5))).toEqual(chosen);
  });

  it.each(strategyNames)("%s gives what is left where less is left than wanted", (name) => {
    const given = { ...situation(doubts()), candidates: Int32Array.of(4, 8) };
    expect([...nextRows(name, given, 5, new Random(1))].sort()).toEqual([4, 8]);
  });

  it("asks the smallest margin first, and by entropy the most even one", () => {
    expect(nextRows("margin", situation(doubts()), 2, new Random(1))).toEqual(Int32Array.of(7, 9));
    expect(nextRows("entropy", situation(doubts()), 1, new Random(1))).toEqual(Int32Array.of(9));
  });

  it("asks typical texts of all bunches before any twice, the largest first", () => {
    const { bunch } = bunches();
    const chosen = nextRows("typical", situation(), 3, new Random(2));
    expect([...chosen].map((row) => bunch[row])).toEqual([0, 1, 2]);
  });

  it("looks beyond the bunches that are answered", () => {
    const { bunch } = bunches();
    const [next] = nextRows("typical", situation(undefined, [0, 31]), 1, new Random(2));
    expect(bunch[next]).toBe(2);
  });

  it("begins with an overview by default, then asks where the model is unsure", () => {
    const { bunch } = bunches();
    const first = nextRows("auto", situation(doubts()), 3, new Random(2));
    expect([...first].map((row) => bunch[row]).sort()).toEqual([0, 1, 2]);
    const later = nextRows("auto", situation(doubts(), [20, 21, 22, 23, 24, 25, 26, 27, 28, 29]), 2, new Random(2));
    expect([...later]).toContain(7);
  });
});

describe("kMeans", () => {
  it("finds bunches that stand apart", () => {
    const { points, bunch } = bunches(0.03);
    const clusters = kMeans(tensorflow, points, 3, new Random(1));
    for (let row = 0; row < rows; row++) {
      for (let other = 0; other < row; other++) {
        expect(clusters[row] === clusters[other]).toBe(bunch[row] === bunch[other]);
      }
    }
  });
});

describe("nearDuplicates", () => {
  const texts = [
    "the order number 12 is late",
    "the order number 13 is late",
    "my parcel is not here yet",
    "the order number 12 is fine",
  ];
  const data = Float32Array.of(1, 0, 0.99, 0.14, 0.99, 0.14, 0, 1);

  it("wants both the meaning and the letters to be nearly the same", async () => {
    const features = unitRows({ rows: 4, size: 2, data });
    expect(await nearDuplicates(features, texts, [0, 1, 2], 0.95)).toEqual([[1], [0], []]);
  });
});
