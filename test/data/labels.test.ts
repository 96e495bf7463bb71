import { describe, expect, it } from "vitest";
import { datasetFrom } from "../../src/data/dataset.js";
import { compareCodePoints, encodeLabels, encodeMultiLabels, labelSetFrom, labelSetOf } from "../../src/data/labels.js";

const labelled = (...labels: (string | string[])[]) =>
  datasetFrom(labels.map((label, i) => ({ text: `text ${i}`, label })));

describe("labelSetOf", () => {
  it("orders by code point", () => {
    expect(labelSetOf(labelled("b", "a", "Z", "é", "😀", "ｚ")).names).toEqual(["Z", "a", "b", "é", "ｚ", "😀"]);
  });

  it("orders integers by value", () => {
    expect(labelSetOf(labelled("10", "9", "-1", "10")).names).toEqual(["-1", "9", "10"]);
  });

  it("orders by code point where one name is no integer", () => {
    expect(labelSetOf(labelled("10", "9", "x")).names).toEqual(["10", "9", "x"]);
  });

  it("does not depend on the order of rows", () => {
    expect(labelSetOf(labelled("b", "a", "c")).names).toEqual(labelSetOf(labelled("c", "b", "a")).names);
  });

  it("knows the id of each name and of no other, inherited ones included", () => {
    const set = labelSetOf(labelled("b", "a"));
    expect(["a", "b", "c", "constructor"].map(set.idOf)).toEqual([0, 1, -1, -1]);
  });
});

describe("compareCodePoints", () => {
  it("is the order of the UTF-8 bytes", () => {
    const names = ["", "a", "ab", "b", "\ue000", "\uffee", "😀", "😁", "😀a", "😀b", "a😀", "aｚ"];
    for (const a of names) {
      for (const b of names) {
        expect(Math.sign(compareCodePoints(a, b)), `${a} ${b}`).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }
    }
  });
});

describe("encodeLabels", () => {
  it("gives the id of each row's label, and -1 where the set lacks it", () => {
    expect([...encodeLabels(labelled("b", "a", "q"), labelSetFrom(["b", "a"]))]).toEqual([0, 1, -1]);
  });
});

describe("encodeMultiLabels", () => {
  it("marks the labels of each row", () => {
    const dataset = labelled(["x", "z"], ["y"], ["q", "z"]);
    expect([...encodeMultiLabels(dataset, labelSetFrom(["x", "y", "z"]))]).toEqual([1, 0, 1, 0, 1, 0, 0, 0, 1]);
  });
});
