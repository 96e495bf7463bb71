import { describe, expect, it } from "vitest";
import { datasetFrom } from "../../src/data/dataset.js";
import { duplicateGroups } from "../../src/data/duplicates.js";
import { noticesOf } from "../../src/data/notices.js";

const rows = (count: number, label: string) =>
  Array.from({ length: count }, (_, i) => ({ text: `${label} text ${i}`, label }));

describe("noticesOf", () => {
  it("has nothing to say of a balanced dataset without repeats", () => {
    expect(noticesOf(datasetFrom([...rows(8, "a"), ...rows(8, "b")]))).toEqual([]);
  });

  it("speaks of a class ten times as large as another", () => {
    expect(noticesOf(datasetFrom([...rows(60, "a"), ...rows(6, "b")]))[0]).toMatch(
      /^classes are uneven: "a" has 60 examples, "b" has 6 examples\./,
    );
    expect(noticesOf(datasetFrom([...rows(59, "a"), ...rows(6, "b")]))).toEqual([]);
  });

  it("lists classes with fewer than five examples", () => {
    expect(noticesOf(datasetFrom([...rows(5, "a"), ...rows(4, "b")]))).toEqual([
      '1 class has fewer than 5 examples: "b" (4). Scores of such classes mean little; 8 are a good start.',
    ]);
  });

  it("speaks of numbers as labels", () => {
    expect(noticesOf(datasetFrom([...rows(5, "1"), ...rows(5, "2.0")]))[0]).toMatch(/^labels are numbers \(1, 2\.0\)/);
  });

  it("lists repeats and conflicts with their lines", () => {
    const dataset = datasetFrom([
      ...rows(5, "a"),
      ...rows(5, "b"),
      { text: " A  TEXT 0", label: "a" },
      { text: "b text 1", label: "a" },
    ]);
    expect(noticesOf(dataset)).toEqual([
      '1 text has been labelled twice with different labels (examples 7 and 12: "b" and "a"). Correct one of each pair.',
      "1 row repeats an earlier text with the same label (examples 1 and 11). Equal texts are kept on one side of every split.",
    ]);
  });

  it("does not take another order of the same labels for a conflict", () => {
    const dataset = datasetFrom([
      { text: "x", label: ["a", "b"] },
      { text: "x", label: ["b", "a"] },
    ]);
    expect(noticesOf(dataset).join()).not.toMatch(/different labels/);
  });

  it("names texts of a megabyte", () => {
    const long = { text: "x".repeat(1_000_000), label: "a" };
    expect(noticesOf(datasetFrom([...rows(5, "a"), ...rows(5, "b"), long]))[0]).toMatch(
      /^1 text is longer .* \(example 11\)/,
    );
  });
});

describe("duplicateGroups", () => {
  it("puts texts together that differ in case, white space or Unicode composition", () => {
    expect([...duplicateGroups(["A b", "c", " a\n\tB ", "caf\u00e9", "CAFE\u0301", "a  c"])]).toEqual([
      0, 1, 0, 2, 2, 3,
    ]);
  });
});
