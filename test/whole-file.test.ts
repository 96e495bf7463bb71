import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeWhole } from "../src/whole-file.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-whole-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("writeWhole", () => {
  it("writes its parts one behind the other in place of what was there, and leaves nothing beside it", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "what was there, and was longer");
    await writeWhole(path, [Buffer.from("a "), new Uint8Array(0), Buffer.from("whole")]);
    expect(readFileSync(path, "utf8")).toBe("a whole");
    await writeWhole(path, "text");
    expect(readFileSync(path, "utf8")).toBe("text");
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  it("writes to where a link leads", async () => {
    const [path, link] = [join(folder, "file"), join(folder, "link")];
    writeFileSync(path, "old");
    symlinkSync(path, link);
    await writeWhole(link, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  it("leaves what was there, and nothing else, where a part cannot be written", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "old");
    const broken = [Buffer.from("new"), 3 as unknown as Uint8Array];
    await expect(writeWhole(path, broken)).rejects.toThrow();
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  it("lets many writes of one file end in the content of one, and listens for the exit of the process once for all", async () => {
    const path = join(folder, "file");
    const contents = [..."abcdefghijkl"].map((letter) => letter.repeat(100_000));
    const before = process.listenerCount("exit");
    const writing = Promise.all(contents.map((content) => writeWhole(path, content)));
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.listenerCount("exit") - before);
    }, 0);
    await writing;
    clearInterval(watch);
    expect(most).toBe(1);
    expect(process.listenerCount("exit")).toBe(before);
    expect(contents).toContain(readFileSync(path, "utf8"));
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});
