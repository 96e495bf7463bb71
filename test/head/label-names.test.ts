import { describe, expect, it } from "vitest";
import { fitHead } from "../../src/head/fit.js";
import { inWords, nameEvidence, nameWeight, withNames } from "../../src/head/label-names.js";
import type { Features, Targets } from "../../src/head/linear.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";
import { selectHead } from "../../src/train/select.js";

/** Rows near the axis of their class, and names on it. */
function axes(rowsPerClass: number, classes: number, noise: number, shift = 0) {
  const random = new Random(7);
  const size = classes + 2;
  const rows = rowsPerClass * classes;
  const data = Float32Array.from({ length: rows * size }, (_, i) => {
    const [row, f] = [Math.floor(i / size), i % size];
    return (f === row % classes ? 1 : 0) + noise * (random.uniform() - 0.5);
  });
  const names = new Float32Array(classes * size);
  for (let k = 0; k < classes; k++) names[k * size + ((k + shift) % classes)] = 1;
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const features: Features = { rows, size, data };
  const targets: Targets = { kind: "single-label", classes, labels };
  return { features, targets, names: { rows: classes, size, data: names } };
}

describe("withNames", () => {
  it("puts the names behind the rows, each of its own label and worth several rows", () => {
    const { features, targets, names } = axes(2, 3, 0);
    const lessons = withNames(features, targets, names);
    expect([...lessons.targets.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    expect([...lessons.shares]).toEqual([...Array(6).fill(1), ...Array(3).fill(nameWeight)]);
    expect(lessons.features.data.subarray(6 * features.size)).toEqual(names.data);
    const several: Targets = { kind: "multi-label", classes: 2, labels: Uint8Array.of(1, 1) };
    const one = { rows: 1, size: 1, data: Float32Array.of(0) };
    expect([...withNames(one, several, { rows: 2, size: 1, data: new Float32Array(2) }).targets.labels]).toEqual([
      1, 1, 1, 0, 0, 1,
    ]);
  });

  it("takes more rows than a call takes arguments", () => {
    const rows = 300_000;
    const many: Targets = { kind: "single-label", classes: 2, labels: new Int32Array(rows) };
    const flat = (count: number) => ({ rows: count, size: 1, data: new Float32Array(count) });
    expect([...withNames(flat(rows), many, flat(2)).targets.labels.subarray(-3)]).toEqual([0, 0, 1]);
  });

  it("changes nothing where there are no names", () => {
    const { features, targets } = axes(2, 3, 0);
    expect(withNames(features, targets)).toEqual({ features, targets, shares: new Float32Array(6).fill(1) });
  });

  it("fits the head that so many copies of each name would", async () => {
    const tensorflow = await loadTensorflow();
    const { features, targets, names } = axes(3, 3, 1.5);
    const { head } = await fitHead(tensorflow, features, targets, { C: 1, names, tolerance: 1e-10 });
    const copies = Array.from({ length: nameWeight }, () => [...names.data]).flat();
    const all = { rows: 9 + 3 * nameWeight, size: features.size, data: Float32Array.of(...features.data, ...copies) };
    const labels = Int32Array.from({ length: all.rows }, (_, row) => row % 3);
    const copied = await fitHead(
      tensorflow,
      all,
      { kind: "single-label", classes: 3, labels },
      { C: 1, tolerance: 1e-10 },
    );
    for (const [i, w] of head.weights.entries()) expect(w).toBeCloseTo(copied.head.weights[i], 3);
    for (const [k, b] of head.bias.entries()) expect(b).toBeCloseTo(copied.head.bias[k], 3);
  });

  it("holds no name out of a cross-validation, and scores none", async () => {
    const tensorflow = await loadTensorflow();
    const { features, targets, names } = axes(1, 4, 0);
    const options = { candidates: [{ features: "last", C: 1 }], folds: 4, random: new Random(1) };
    const without = await selectHead(tensorflow, { last: features }, targets, options);
    expect(without.scores[0].accuracy).toBe(0); // one row a class: nothing in training knows the class held out
    const withThem = await selectHead(tensorflow, { last: features }, targets, { ...options, names: { last: names } });
    expect(withThem.scores[0].accuracy).toBe(1);
    expect([...withThem.rows]).toEqual([0, 1, 2, 3]);
    expect(withThem.outOfFold.length).toBe(16);
  });
});

describe("nameEvidence", () => {
  it("tells names that lie near their rows from names that lie near others", () => {
    const { features, targets, names } = axes(8, 3, 0.8);
    expect(nameEvidence(names, features, targets)).toEqual({ recall: 1, areTelling: true });
    const shifted = axes(8, 3, 0.8, 1).names;
    expect(nameEvidence(shifted, features, targets)).toEqual({ recall: 0, areTelling: false });
  });

  it("asks for a standard error above chance, whatever the most frequent label is", () => {
    const names = { rows: 2, size: 1, data: Float32Array.of(1, -1) };
    const rows = (right: number, of: number) => Array.from({ length: of }, (_, i) => (i < right ? 1 : -1));
    const evidence = (first: [number, number], second: [number, number]) => {
      const data = Float32Array.of(...rows(...first), ...rows(...second).map((x) => -x));
      const labels = Int32Array.from({ length: data.length }, (_, row) => (row < first[1] ? 0 : 1));
      return nameEvidence(names, { rows: data.length, size: 1, data }, { kind: "single-label", classes: 2, labels });
    };
    // 16 rows: 0.5 + sqrt(0.25 / 8 + 0.25 / 8) / 2 = 0.625
    expect(evidence([5, 8], [5, 8])).toEqual({ recall: 0.625, areTelling: true });
    expect(evidence([5, 8], [4, 8])).toEqual({ recall: 0.5625, areTelling: false });
    // Names that put nearly every row under the frequent label are right on most rows, and say nothing.
    expect(evidence([79, 80], [0, 4])).toEqual({ recall: 0.49375, areTelling: false });
  });

  it("counts each label of a row with several", () => {
    const names = { rows: 2, size: 2, data: Float32Array.of(1, 0, 0, 1) };
    const features = { rows: 2, size: 2, data: Float32Array.of(1, 0.5, 0, 1) };
    const targets: Targets = { kind: "multi-label", classes: 2, labels: Uint8Array.of(1, 1, 0, 1) };
    expect(nameEvidence(names, features, targets).recall).toBe(0.75); // label 0: 1 of 1, label 1: 1 of 2
  });
});

describe("inWords", () => {
  it.each([
    ["BookRestaurant", "book restaurant"],
    ["card_payment-fee.charged", "card payment fee charged"],
    ["Very Negative", "very negative"],
    ["comp.sys.ibm", "comp sys ibm"],
    ["42", "42"],
    ["--", "--"],
    ["zu spät", "zu spät"],
  ])("%s is %s", (name, words) => expect(inWords(name)).toBe(words));
});
