import { describe, expect, it } from "vitest";
import { delimiterOf, formatOfPath, sniffFormat } from "../../src/data/format.js";

describe("formatOfPath", () => {
  it.each([
    ["a.csv", "csv"],
    ["a/b.c/A.CSV.GZ", "csv"],
    ["a.tsv", "tsv"],
    ["a.ndjson", "jsonl"],
    ["a.jsonl.gz", "jsonl"],
    ["notes.txt", "text"],
    ["a.dat", undefined],
    ["constructor", undefined],
    ["a.constructor", undefined],
    ["folder.csv/file", undefined],
  ])("tells %s to be %s", (path, format) => expect(formatOfPath(path)).toBe(format));
});

describe("sniffFormat", () => {
  it.each([
    ['{"text":"x"}\n', "jsonl"],
    ['{"text": "cut off', "jsonl"],
    ["[\n  {\n", "jsonl"],
    ["text,label\na,b\n", "csv"],
    ['"Text","Label"\r\n"a","b"\r\n', "csv"],
    ["id;Text;Label\n1;a;b\n", "csv"],
    ["id\ttext\n1\tx, y\n", "tsv"],
    ["good product, would buy the message again\nbad\n", "text"],
    ["text, label\nno delimiter here\n", "text"],
    ["just words\n", "text"],
    ["[sic] it was fine\n", "text"],
    ["{curly} talk\n", "text"],
  ])("takes %j for %s", (head, format) => expect(sniffFormat(head)).toBe(format));
});

describe("delimiterOf", () => {
  it("does not count what stands in quotes", () => expect(delimiterOf('"a,b,c";d')).toBe(";"));
  it("is a comma where nothing separates", () => expect(delimiterOf("text")).toBe(","));
});
