import { describe, expect, it } from "vitest";
import { jsonErrorAt } from "../../src/data/json-error.js";
import { openTable } from "../../src/data/table.js";
import { collect, fileWith, rowsOf, stdinOf } from "./fixtures.js";

describe("jsonErrorAt", () => {
  it.each([
    ['{"a":x}', 5],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ["{a:1}", 1],
    ['{"a":[1 2]}', 8],
    ['{"a":"b', 7],
    ['{"a":"b\\q"}', 7],
    ['{"a":"b\tc"}', 7],
    ['{"a":01}', 6],
    ['{"a":1} x', 8],
    ['{"a":tru', 5],
    ['{"a":', 5],
    ["", 0],
    ["]", 0],
    ['{"a":"\\u12g4"}', 6],
  ])("finds the mistake in %j at %i", (text, at) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(jsonErrorAt(text)).toBe(at);
  });

  it("reads to the end of everything that JSON.parse takes", () => {
    const texts = ['{"a":[1,-2.5e+3,{"b":null}],"c":"\\u00e9\\n\x7f😀"} ', "[]", " {} ", '"x"', "[[],{}]", "-0"];
    for (const text of texts) {
      JSON.parse(text);
      expect(jsonErrorAt(text)).toBe(text.length);
    }
  });

  it("accepts a prefix as the beginning of JSON exactly up to the place it gives", () => {
    const whole = '{"a": [true, "b\\"c", {"d": -1.5e3}], "e": null}';
    for (let end = 0; end < whole.length; end++) {
      const token = /[\w.+\\-]*$/.exec(whole.slice(0, end))![0];
      expect(jsonErrorAt(whole.slice(0, end))).toBeGreaterThanOrEqual(end - token.length);
    }
  });
});

describe("jsonRecords", () => {
  const lines = '{"text":"é€😀\\n","n":1}\r\n\r\n  {"n":2,"text":"b"}  \n{"text":"c","extra":{"deep":true}}';

  it("gives the same objects and lines wherever the file is cut in two", async () => {
    const bytes = Buffer.from(lines);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const stdin = stdinOf(bytes.subarray(0, cut), bytes.subarray(cut));
      const table = await openTable("-", { format: "jsonl", stdin });
      const rows = await collect(table.records());
      expect(rows.map(({ line, object }) => [line, object?.text])).toEqual([
        [1, "é€😀\n"],
        [3, "b"],
        [4, "c"],
      ]);
      for (const { values, object } of rows) expect(values).toEqual(table.columns.map((column) => object![column]));
    }
  });

  it("takes the keys of the first rows as columns, in order of first occurrence", async () => {
    const table = await openTable(fileWith("a.jsonl", `${lines}\n`));
    expect(table.columns).toEqual(["text", "n", "extra"]);
    table.close();
  });

  it("does not take an inherited property for a value", async () => {
    const [, second] = await rowsOf('{"toString":"own","text":"a"}\n{"text":"b"}\n', "jsonl");
    expect(second.values).toEqual([undefined, "b"]);
  });
});

describe("textRecords", () => {
  it("gives one record a line, empty ones too, and drops CRLF", async () => {
    expect(await rowsOf('one\r\n\ntwo, "three"\n', "text")).toEqual([
      { line: 1, values: ["one"] },
      { line: 2, values: [""] },
      { line: 3, values: ['two, "three"'] },
    ]);
  });

  it("gives a last line without an end", async () => {
    expect(await rowsOf("a\nb", "text")).toHaveLength(2);
  });
});
