import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDataset } from "../../src/data/dataset.js";
import { FileIsFolderError, FileMissingError } from "../../src/data/file-errors.js";
import { kappa } from "../../src/label/agreement.js";
import type { LabelEvent } from "../../src/label/journal.js";
import { readLabelNames } from "../../src/label/label-names.js";
import { writeLabelled } from "../../src/label/labelled-file.js";
import { outlookOf, type Snapshot } from "../../src/label/outlook.js";
import { givenToEqualTexts, loadPool } from "../../src/label/pool.js";
import { rowsOfShare } from "../../src/label/shares.js";
import { replay } from "../../src/label/state.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-parts-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("kappa", () => {
  it("is what Cohen's formula gives by hand", () => {
    const a = [..."yyyyyyyyyyyyyyyyyyyyyyyyynnnnnnnnnnnnnnnnnnnnnnnnn"]; // 25 y, 25 n
    const b = [...a].map((label, i) => (i < 5 || i >= 40 ? (label === "y" ? "n" : "y") : label)); // 35 the same
    expect(kappa(a, b)).toBeCloseTo((0.7 - (0.5 * 0.6 + 0.5 * 0.4)) / 0.5, 12);
  });

  it("is 1 for the same labels and 0 for agreement by chance alone", () => {
    expect(kappa([1, 1, 1], [1, 1, 1])).toBe(1);
    expect(kappa(["a", "a", "b", "b"], ["a", "b", "a", "b"])).toBe(0);
  });
});

describe("outlookOf", () => {
  const snapshots = (errors: number[], changing: boolean, labels = 2): Snapshot[] =>
    errors.map((error, i) => ({
      answers: 10 * (i + 1),
      labels,
      proposals: Int32Array.from({ length: 100 }, (_, row) => (row + (changing && row < 20 ? i : 0)) % 2),
      expectedAccuracy: 1 - error,
    }));

  it("calls proposals stable after three models that say the same, and not before", () => {
    expect(outlookOf(snapshots([0.3, 0.2, 0.2], false)).isStable).toBe(false);
    expect(outlookOf(snapshots([0.3, 0.2, 0.2, 0.2], false)).isStable).toBe(true);
    expect(outlookOf(snapshots([0.3, 0.2, 0.2, 0.2], true)).isStable).toBe(false);
  });

  it("expects of fifty more answers what a power law through the errors says", () => {
    const law = (n: number) => 0.9 * n ** -0.5;
    const outlook = outlookOf(snapshots([10, 20, 30, 40, 50].map(law), true));
    expect(outlook.gain?.accuracy).toBeCloseTo(law(50) - law(100), 6);
    expect(outlookOf(snapshots([10, 20, 30, 40].map(law), true)).gain).toBeUndefined();
  });

  it("does not judge itself before there are three answers a label", () => {
    expect(outlookOf(snapshots([0.3, 0.2], true, 7))).toMatchObject({ expectedAccuracy: undefined, isStable: false });
    expect(outlookOf(snapshots([0.3, 0.2, 0.1], true, 7)).expectedAccuracy).toBeCloseTo(0.9);
  });
});

describe("rowsOfShare", () => {
  const groups = Int32Array.of(0, 1, 1, 2, 3, 4, 5, 6, 7, 0);

  it("parts the texts without a rest, and keeps equal ones together", () => {
    const parts = [1, 2, 3].map((part) => rowsOfShare(groups, 7, { part, of: 3 }));
    expect(parts.flat().sort()).toEqual([0, 1, 3, 4, 5, 6, 7, 8]);
  });

  it("gives the first texts to everyone where parts overlap", () => {
    const [one, two] = [1, 2].map((part) => rowsOfShare(groups, 7, { part, of: 2 }, 4));
    expect(one.filter((row) => two.includes(row))).toHaveLength(4);
    expect(new Set([...one, ...two]).size).toBe(8);
  });
});

describe("readLabelNames", () => {
  it("reads a list, and a file with descriptions", () => {
    expect(readLabelNames("good, bad,good")).toEqual([{ name: "good" }, { name: "bad" }]);
    const path = join(folder, "labels.txt");
    writeFileSync(path, "refund: wants money back: all of it\n\nother\n");
    expect(readLabelNames(path)).toEqual([
      { name: "refund", description: "wants money back: all of it" },
      { name: "other" },
    ]);
  });

  it("refuses a file that is not there, names that are alike and names that hold a |", () => {
    expect(() => readLabelNames(join(folder, "none.txt"))).toThrow(FileMissingError);
    expect(() => readLabelNames(`${folder}/`)).toThrow(FileIsFolderError);
    expect(() => readLabelNames("Good, bad,good")).toThrow(/found "good".* unlike "Good"/);
    expect(() => readLabelNames("good|bad")).toThrow("one name after a comma");
    expect(readLabelNames("refund: see https://example.com/a.txt")).toHaveLength(1);
  });
});

describe("givenToEqualTexts", () => {
  it("gives rows without a label that of an equal text, the first one where they differ", () => {
    const given = new Map([
      [1, ["x"]],
      [2, ["y"]],
    ]);
    const all = givenToEqualTexts(given, Int32Array.of(0, 0, 1, 1, 2, 0));
    expect(Object.fromEntries(all)).toEqual({ 0: ["x"], 1: ["x"], 2: ["y"], 3: ["y"], 5: ["x"] });
    expect(givenToEqualTexts(new Map([...given, [0, ["z"]]]), Int32Array.of(0, 0, 0)).get(1)).toEqual(["x"]);
  });
});

describe("writeLabelled", () => {
  it("keeps the columns and adds label and note, for labelled rows alone or for all", async () => {
    const input = join(folder, "in.csv");
    writeFileSync(input, 'id;text\n1;"a;b"\n2;c\n3;d\n');
    const pool = await loadPool(input);
    const state = replay({ labels: ["x"], answers: pool.given }, [
      { event: "label", row: 0, labels: ["x"] },
      { event: "note", row: 0, note: "see, it" },
      { event: "odd", row: 1 },
    ]);
    const output = join(folder, "out.csv");
    expect(await writeLabelled(output, pool, state)).toBe(1);
    expect(readFileSync(output, "utf8")).toBe('id;text;label;note\n1;"a;b";x;see, it\n');
    await writeLabelled(output, pool, state, { all: true });
    expect(readFileSync(output, "utf8")).toBe('id;text;label;note\n1;"a;b";x;see, it\n2;c;;odd\n3;d;;\n');
  });

  it.each(["none.csv", "none.jsonl"])("tells an answer of no label from none that was given, in %s", async (name) => {
    const input = join(folder, "none-in.csv");
    writeFileSync(input, "text\na\nb\nc\n");
    const events: LabelEvent[] = [
      { event: "label", row: 0, labels: [] },
      { event: "label", row: 1, labels: ["x", "y"] },
    ];
    const state = replay({ labels: ["x", "y"], answers: new Map() }, events);
    await writeLabelled(join(folder, name), await loadPool(input), state, { all: true });
    const { given } = await loadPool(join(folder, name), { multiLabel: true });
    expect([...given]).toEqual([
      [0, []],
      [1, ["x", "y"]],
    ]);
    const rows = await loadDataset(join(folder, name), { multiLabel: true });
    expect(rows.labels.slice(0, 2)).toEqual([[], ["x", "y"]]);
  });

  it("fills the labels that are missing, and goes from CSV to JSON Lines by the name", async () => {
    const input = join(folder, "partly.csv");
    writeFileSync(input, "text,label\na,x\nb,\n");
    const pool = await loadPool(input);
    expect(pool.given).toEqual(new Map([[0, ["x"]]]));
    const output = join(folder, "out.jsonl");
    await writeLabelled(
      output,
      pool,
      replay({ labels: [], answers: pool.given }, [{ event: "label", row: 1, labels: ["y|z"] }]),
    );
    expect(readFileSync(output, "utf8")).toBe(
      '{"text":"a","label":"x","note":""}\n{"text":"b","label":"y|z","note":""}\n',
    );
  });
});
