import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { difference, guides, prepare, run, stepsOf, withPrinted } from "../scripts/guide-console.js";
import { post, serve } from "./serve/serving.js";

describe.each(guides)("docs/guides/%s.md", (name) => {
  it("shows commands that work, and what they print", { timeout: 300_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "headstart-guide-"));
    prepare(folder);
    const steps = stepsOf(readFileSync(`docs/guides/${name}.md`, "utf8"));
    expect(steps.length).toBeGreaterThan(2);
    for (const { command, printed } of steps) {
      expect(difference(printed, run(command, folder)), `$ ${command}`).toBeUndefined();
    }
    rmSync(folder, { recursive: true });
  });
});

describe("docs/guides/serving.md", () => {
  it("shows what the server answers", { timeout: 300_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "headstart-guide-"));
    prepare(folder);
    const guide = readFileSync("docs/guides/serving.md", "utf8");
    const lines = guide.split("\n").filter((line) => line.startsWith("npx headstart "));
    const [commands, [served]] = ["train", "serve"].map((verb) => lines.filter((line) => line.split(" ")[2] === verb));
    for (const command of commands) run(command.replace("npx ", ""), folder);
    const serving = await serve(served.split(" ").slice(3), { HEADSTART_CACHE: join(folder, ".cache") }, folder);
    const [, path, body] = /^curl -s localhost:8080\/(\w+) [^']*'[^']*'[^']*'(.*)'$/m.exec(guide)!;
    const [, answer] = /```json\n(.*)\n```/.exec(guide)!;
    const given = await post(serving.url, path, body);
    expect(difference(answer, JSON.stringify(given.answer))).toBeUndefined();
    expect(await serving.stop()).toBe(0);
    rmSync(folder, { recursive: true });
  });
});

describe("difference", () => {
  it("lets decimals be near, and times and spaces be others", () => {
    expect(difference("accuracy  91.2% in 3 s", "accuracy 90.0% in 12 s")).toBeUndefined();
    expect(difference("positive,0.9312", "positive,0.9187")).toBeUndefined();
  });

  it("finds other words, whole numbers, lines and far decimals", () => {
    expect(difference("positive", "negative")).toContain("printed: negative");
    expect(difference("240 rows", "241 rows")).toContain("241");
    expect(difference("a", "a\nb")).toContain("2 printed");
    expect(difference("accuracy 91.2%", "accuracy 71.2%")).toContain("71.2");
  });
});

describe("withPrinted", () => {
  it("puts what is printed below each command, and leaves the text alone", () => {
    const guide = "Try:\n\n```console\n$ a\nold\n$ b\n```\n\nand\n\n```\n$ not run\n```\n";
    expect(stepsOf(guide)).toEqual([
      { command: "a", printed: "old" },
      { command: "b", printed: "" },
    ]);
    expect(withPrinted(guide, ["new\nlines", ""])).toBe(guide.replace("old", "new\nlines"));
  });
});
