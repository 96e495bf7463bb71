import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headstart, main } from "./headstart.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-usage-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("help", () => {
  it.each([[], ["train"], ["predict"], ["evaluate"], ["inspect"]])(
    "of %s goes to stdout with an example",
    async (...args) => {
      const { code, stdout, stderr } = await headstart([...args.flat(), "--help"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Usage: headstart/);
      expect(stdout).toMatch(/Example:\n {2}\$ .*headstart/);
      expect(stderr).toBe("");
    },
  );
});

describe("the built command line", () => {
  it("is a file that can be run, as npx runs it in a checkout that it has seen before", () => {
    expect(execFileSync(main, ["--version"], { encoding: "utf8" })).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe("wrong usage", () => {
  it.each([
    [["trian", "a.csv"], "Did you mean train?"],
    [["train", "a.csv", "--ot", "m"], "Did you mean --out?"],
    [["predict", "m", "--min-confidense", "0.5"], "Did you mean --min-confidence?"],
    [["train", "a.csv"], "--out"],
    [["train", "a.csv", "--out", "m", "--adapt", "many"], "none, auto, all or a number of layers"],
    [["train", "a.csv", "--out", "m", "--adapt", "1.5"], "none, auto, all or a number of layers"],
    [["train", "a.csv", "--out", "m", "--dtype", "int4"], "int8, fp32"],
    [["train", "a.csv", "--out", "m", "--C", "-1"], "above 0"],
    [["train", "a.csv", "--out", "m", "--multi-label", "--single-label"], "cannot be used with"],
    [["predict", "m", "a.csv", "--min-confidence", "80"], "from 0 to 1"],
    [["predict", "m", "a.csv", "--resume"], "--out"],
    [["predict", "m", "a.csv", "b.csv"], "too many arguments"],
  ])("%j exits with 2 and says %s", async (args, message) => {
    const { code, stdout, stderr } = await headstart(args, { cwd: folder });
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("bad input to train", () => {
  it.each([
    ["missing file", "nothere.csv", undefined, "FILE_MISSING", "nothere.csv"],
    ["empty file", "empty.csv", "", "FILE_EMPTY", "empty.csv"],
    ["header alone", "header.csv", "text,label\n", "NO_ROWS", "header.csv"],
    ["ragged row", "ragged.csv", "text,label\na,b\nc,d,e\n", "ROW_RAGGED", "ragged.csv:3"],
    ["unclosed quote", "quote.csv", 'text,label\n"a,b\nc,d\n', "QUOTE_UNCLOSED", "quote.csv:2"],
    ["empty text", "void.csv", "text,label\n,a\nb,c\n", "TEXT_EMPTY", "void.csv"],
    ["one class", "one.csv", "text,label\na,x\nb,x\n", "ONE_CLASS", "x"],
    ["class of one row", "rare.csv", "text,label\na,x\nb,x\nc,y\n", "CLASS_RARE", "rare.csv"],
    ["labels alike", "alike.csv", "text,label\na,x\nb,X\nc,y\nd,y\n", "LABELS_SIMILAR", "--fold-labels"],
  ])("%s: exits with 1, names the place and writes nothing", async (_, name, content, code, place) => {
    if (content !== undefined) writeFileSync(join(folder, name), content);
    const result = await headstart(["train", name, "--out", "model"], { cwd: folder });
    expect(result.code, result.stderr).toBe(1);
    expect(result.stderr).toMatch(new RegExp(`^error: .*\\(${code}\\)\\n$`, "ms"));
    expect(result.stderr).toContain(place);
    expect(result.stdout).toBe("");
  });

  it("suggests the column that was meant", async () => {
    writeFileSync(join(folder, "columns.csv"), "body,verdict\na,x\nb,y\n");
    const { code, stderr } = await headstart(["train", "columns.csv", "--label", "verdct", "--out", "m"], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('"verdict"');
  });

  it("refuses to write over a folder that holds something else", async () => {
    writeFileSync(join(folder, "fine.csv"), "text,label\na,x\nb,y\nc,x\nd,y\n");
    const { code, stderr } = await headstart(["train", "fine.csv", "--out", "."], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("(OCCUPIED_FOLDER)");
  });

  it("says that a model cannot be written before it is trained, not after", async () => {
    writeFileSync(join(folder, "fine.csv"), "text,label\na,x\nb,y\nc,x\nd,y\n");
    const { code, stdout, stderr } = await headstart(["train", "fine.csv", "--out", "fine.csv/model"], { cwd: folder });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: fine\.csv\/model: cannot be written: a part of the path is a file/);
  });

  it("refuses a folder that is no model", async () => {
    const { code, stderr } = await headstart(["inspect", folder]);
    expect(code).toBe(1);
    expect(stderr).toContain("(MODEL_FOLDER)");
  });
});
