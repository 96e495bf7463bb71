import { describe, expect, it } from "vitest";
import { datasetFrom } from "../../src/data/dataset.js";
import { requireTrainable } from "../../src/data/trainable.js";

const labelled = (...labels: (string | string[])[]) =>
  datasetFrom(labels.map((label, i) => ({ text: `text ${i}`, label })));

describe("requireTrainable", () => {
  it("gives a good dataset back as it is", () => {
    const dataset = labelled("a", "b", "a", "b");
    expect(requireTrainable(dataset)).toBe(dataset);
  });

  it("drops rare classes where asked, and says which", () => {
    const kept = requireTrainable(labelled("a", "b", "odd", "a", "b"), { dropRare: true });
    expect([...kept.lines]).toEqual([1, 2, 4, 5]);
    expect(kept.notes.at(-1)).toBe('left out 1 class with one example: "odd"');
  });

  it.each([[["same", "Same ", "other", "another"]], [["other", "another", "same", "same"]]])(
    "counts equal texts once: %j",
    (texts) => {
      const dataset = datasetFrom(texts.map((text, i) => ({ text, label: i < 2 ? "a" : "b" })));
      const label = texts[0] === "same" ? '"a" \\(example 1\\)' : '"b" \\(example 3\\)';
      expect(() => requireTrainable(dataset)).toThrow(
        new RegExp(`1 class has one example only: ${label}. At least 2 different texts`),
      );
    },
  );

  it("drops rare labels, not rows, where rows have several", () => {
    const kept = requireTrainable(labelled(["a", "odd"], ["a", "b"], ["b"]), { dropRare: true });
    expect(kept.labels).toEqual([["a"], ["a", "b"], ["b"]]);
  });

  it("fails where dropping rare classes leaves one", () => {
    expect(() => requireTrainable(labelled("a", "a", "odd"), { dropRare: true })).toThrow('one class only, "a"');
  });

  it("makes similar labels one where asked: the most frequent spelling", () => {
    const kept = requireTrainable(labelled("Pos", "pos", "pos ", "pos", "neg", "neg"), { foldLabels: true });
    expect(kept.labels.flat()).toEqual(["pos", "pos", "pos", "pos", "neg", "neg"]);
    expect(kept.notes.at(-1)).toBe('made one label each of "pos" and "Pos" and "pos "');
  });

  it("takes spellings together before it counts examples", () => {
    expect(requireTrainable(labelled("a", "A", "b", "b"), { foldLabels: true }).labels.flat()).toEqual(
      ["a", "A"].map(() => "A").concat("b", "b"),
    );
  });

  it("finds labels that differ in Unicode composition only", () => {
    expect(() => requireTrainable(labelled("caf\u00e9", "cafe\u0301", "b", "b"))).toThrow(
      "differ only in case or white space",
    );
  });

  it.each([
    ["ratings", Array.from({ length: 40 }, (_, i) => String(1 + (i % 5)))],
    ["half stars", Array.from({ length: 40 }, (_, i) => String((1 + (i % 10)) / 2))],
    ["ids of 77 classes with two rows each", Array.from({ length: 154 }, (_, i) => String(i % 77))],
    ["floats that are whole", Array.from({ length: 40 }, (_, i) => `${i % 4}.0`)],
  ])("takes %s as names of classes", (_, labels) => {
    expect(requireTrainable(labelled(...labels)).labels.flat()).toEqual(labels);
  });

  it("takes scattered integers as quantities", () => {
    const prices = Array.from({ length: 80 }, (_, i) => String(((i % 40) * 7919) % 1000));
    expect(() => requireTrainable(labelled(...prices))).toThrow(
      "the labels look like quantities (40 different numbers",
    );
  });

  it("takes one label with several a row where some rows lack it", () => {
    const dataset = datasetFrom(
      [["a"], [], ["a"], []].map((label, i) => ({ text: `text ${i}`, label })),
      { multiLabel: true },
    );
    expect(requireTrainable(dataset).labels).toEqual([["a"], [], ["a"], []]);
  });

  it("refuses rows with no label at all", () => {
    const dataset = datasetFrom([{ text: "x", label: [] }], { multiLabel: true });
    expect(() => requireTrainable(dataset)).toThrow("no label at all in 1 row");
  });
});
