import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder, requireMakeable, requireWritable } from "../src/folder.js";

/** Nothing can be made there, by anybody. */
const unwritable = "/proc";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-folder-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("makeFolder", () => {
  it("makes what is missing on the way, and accepts what is there", () => {
    const deep = join(folder, "a", "b", "c");
    makeFolder(deep);
    makeFolder(deep);
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["c"]);
  });

  it("fails where a part of the path is a file", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => makeFolder(join(folder, "file"))).toThrow(expect.objectContaining({ code: "EEXIST" }));
    expect(() => makeFolder(join(folder, "file", "a"))).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
  });

  it.runIf(existsSync(unwritable))("fails where Node's own does not return", () => {
    expect(() => makeFolder(join(unwritable, "none", "a"))).toThrow(expect.objectContaining({ syscall: "mkdir" }));
  });
});

describe("requireWritable", () => {
  it("leaves nothing behind", () => {
    requireWritable(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("fails where there is no folder, or none can be written to", () => {
    writeFileSync(join(folder, "file"), "");
    for (const none of [join(folder, "file"), join(folder, "a"), ...(existsSync(unwritable) ? [unwritable] : [])])
      expect(() => requireWritable(none)).toThrow();
  });
});

describe("requireMakeable", () => {
  it("asks the nearest folder that there is, and makes none", () => {
    requireMakeable(join(folder, "a", "b"));
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, "file"), "");
    expect(() => requireMakeable(join(folder, "file", "a"))).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
  });
});
