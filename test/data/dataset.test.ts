import { describe, expect, it } from "vitest";
import { datasetFrom, loadDataset, selectRows, whereOf } from "../../src/data/dataset.js";
import { fileWith, stdinOf } from "./fixtures.js";

const csv = (...rows: string[]) => loadDataset(fileWith("a.csv", `text,label\n${rows.join("\n")}\n`));
const labelled = (...labels: (string | string[])[]) =>
  datasetFrom(labels.map((label, i) => ({ text: `text ${i}`, label })));

describe("loadDataset", () => {
  it("reads texts, labels and lines, and says which columns it took", async () => {
    const dataset = await loadDataset(fileWith("a.csv", 'id,review,label\n1,"two\nlines",pos\n2,short,neg\n'));
    expect(dataset.texts).toEqual(["two\nlines", "short"]);
    expect(dataset.labels).toEqual([["pos"], ["neg"]]);
    expect([...dataset.lines]).toEqual([2, 4]);
    expect(dataset.notes).toEqual(["text column: review; label column: label"]);
    expect(whereOf(dataset, 1)).toMatch(/a\.csv:4$/);
  });

  it("reads the same rows from CSV, TSV and JSON Lines, with one fingerprint", async () => {
    const rows = [
      { text: 'a, "b"', label: "x" },
      { text: "ü\tz", label: "y" },
    ];
    const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
    const delimited = (by: string) =>
      [`text${by}label`, ...rows.map(({ text, label }) => quoted(text) + by + label)].join("\n");
    const jsonl = rows.map((row) => JSON.stringify(row)).join("\n");
    const datasets = await Promise.all([
      loadDataset(fileWith("a.csv", delimited(","))),
      loadDataset(fileWith("a.tsv", delimited("\t"))),
      loadDataset(fileWith("a.jsonl", jsonl)),
      loadDataset("-", { stdin: stdinOf(jsonl) }),
    ]);
    for (const dataset of datasets) {
      expect(dataset.texts).toEqual(rows.map(({ text }) => text));
      expect(dataset.fingerprint).toBe(datasetFrom(rows).fingerprint);
    }
  });

  it("changes its fingerprint with a text, a label, or the order of rows", async () => {
    const rows = ["a,x", "b,y"];
    const prints = [
      await csv(...rows),
      await csv("a ,x", "b,y"),
      await csv("a,x", "b,x"),
      await csv(...rows.reverse()),
    ];
    expect(new Set(prints.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });

  it("leaves rows with an empty text out where asked, and says so", async () => {
    const dataset = await loadDataset(fileWith("a.csv", "text,label\na,x\n,y\n \u00a0,x\nb,y\n"), { skipEmpty: true });
    expect([...dataset.lines]).toEqual([2, 5]);
    expect(dataset.notes.at(-1)).toBe("left out 2 rows with an empty text (lines 3, 4)");
    const one = await loadDataset(fileWith("a.csv", "text,label\na,x\n,y\nb,y\n"), { skipEmpty: true });
    expect(one.notes.at(-1)).toBe("left out 1 row with an empty text (line 3)");
  });

  it("takes numbers and booleans of JSON as names", async () => {
    const dataset = await loadDataset(fileWith("a.jsonl", '{"text":"a","label":1}\n{"text":"b","label":true}\n'));
    expect(dataset.labels).toEqual([["1"], ["true"]]);
  });
});

describe("several labels a row", () => {
  it("are detected in a|b where a part occurs by itself", async () => {
    const dataset = await csv("a,grain", "b,grain|wheat", "c,");
    expect(dataset.multiLabel).toBe(true);
    expect(dataset.labels).toEqual([["grain"], ["grain", "wheat"], []]);
    expect(dataset.notes.at(-1)).toMatch(/"grain\|wheat".*multi-label \(--single-label if \| is part of a name\)/);
  });

  it("are detected where a part occurs in another combination", async () => {
    expect((await csv("a,x|y", "b,y | z")).labels).toEqual([
      ["x", "y"],
      ["y", "z"],
    ]);
  });

  it("are not detected where | is part of one name that recurs", async () => {
    const dataset = await csv("a,C|C++", "b,C|C++", "c,Rust");
    expect([dataset.multiLabel, dataset.labels[0]]).toEqual([false, ["C|C++"]]);
  });

  it("are not split where the user says single-label", async () => {
    const path = fileWith("a.csv", "text,label\na,x\nb,x|y\n");
    expect((await loadDataset(path, { multiLabel: false })).labels[1]).toEqual(["x|y"]);
  });

  it("are split where the user says multi-label, though nothing shows it", async () => {
    const path = fileWith("a.csv", "text,label\na,x|y\nb,z\n");
    expect((await loadDataset(path, { multiLabel: true })).labels[0]).toEqual(["x", "y"]);
  });

  it("are read from a JSON array in a CSV cell, where | splits nothing", async () => {
    const dataset = await csv('a,"[""p|q"", ""r""]"', "b,[]", "c,r");
    expect(dataset.labels).toEqual([["p|q", "r"], [], ["r"]]);
  });

  it("lose repeats and white space around them", () => {
    expect(labelled(["x ", "x"], ["y", "z"]).labels).toEqual([["x"], ["y", "z"]]);
  });

  it("are one label a row where every list holds one, and that is said", () => {
    const dataset = labelled(["x"], ["y"]);
    expect([dataset.multiLabel, dataset.labels]).toEqual([false, [["x"], ["y"]]]);
    expect(dataset.notes.at(-1)).toMatch(/each list of labels holds one/);
  });
});

describe("selectRows", () => {
  it("keeps texts, labels and lines together, in the order asked for", () => {
    const part = selectRows(labelled("a", "b", "c"), [2, 0]);
    expect([part.texts, part.labels, [...part.lines]]).toEqual([
      ["text 2", "text 0"],
      [["c"], ["a"]],
      [3, 1],
    ]);
    expect(part.fingerprint).toBe(
      datasetFrom([
        { text: "text 2", label: "c" },
        { text: "text 0", label: "a" },
      ]).fingerprint,
    );
  });
});
