import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replaceFolder } from "../../src/classifier/copy.js";
import { OutputError } from "../../src/errors.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-replace-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The number of a process that has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

function makeModel(name: string, content: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "headstart.json"), content);
}

const write = (content: string) => async (temporary: string) =>
  writeFileSync(join(temporary, "headstart.json"), content);
const read = () => readFileSync(join(folder, "model/headstart.json"), "utf8");
const replace = (content: string) => replaceFolder(join(folder, "model"), write(content));

describe("replaceFolder", () => {
  it("makes a folder, replaces it, and leaves nothing else", async () => {
    await replace("first");
    await replace("second");
    expect(read()).toBe("second");
    expect(readdirSync(folder)).toEqual(["model"]);
  });

  it("leaves the earlier folder as it was when writing fails", async () => {
    makeModel("model", "first");
    const failing = async (temporary: string) => {
      await write("half")(temporary);
      throw new Error("no more");
    };
    await expect(replaceFolder(join(folder, "model"), failing)).rejects.toThrow("no more");
    expect(read()).toBe("first");
    expect(readdirSync(folder)).toEqual(["model"]);
  });

  it("says that a folder cannot stand in a file, and leaves the file alone", async () => {
    writeFileSync(join(folder, "file"), "words");
    await expect(replaceFolder(join(folder, "file", "model"), write("first"))).rejects.toThrow(OutputError);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("words");
  });

  it("removes what killed processes left beside it, and nothing of those that run", async () => {
    makeModel(`.model.tmp-${endedProcess()}`, "half");
    makeModel(`.model.tmp-${process.ppid}`, "of another");
    makeModel(`.models.tmp-${endedProcess()}`, "of another folder");
    await replace("whole");
    expect(readdirSync(folder).sort()).toEqual(
      ["model", `.model.tmp-${process.ppid}`, readdirSync(folder).find((name) => name.startsWith(".models"))].sort(),
    );
  });

  it("puts back a folder that a killed process was about to replace", async () => {
    makeModel(`.model.old-${endedProcess()}`, "first");
    await expect(replaceFolder(join(folder, "model"), () => Promise.reject(new Error("no more")))).rejects.toThrow();
    expect(read()).toBe("first");
    expect(existsSync(join(folder, "model"))).toBe(true);
  });
});
