import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OutputIdentity, PartialOutput } from "../../src/cli/partial-output.js";

let folder: string;
let out: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-partial-"));
  out = join(folder, "out.csv");
});

afterEach(() => rmSync(folder, { recursive: true }));

const identity: OutputIdentity = { model: "m", input: { name: "in.csv", sizeBytes: 9 }, options: { top: 2 } };
const open = (resume: boolean, other: Partial<OutputIdentity> = {}) =>
  PartialOutput.open(out, { ...identity, ...other }, resume);

async function write(output: PartialOutput, text: string): Promise<void> {
  await new Promise((resolve) => output.stream.write(text, resolve));
}

/** What a run leaves that is killed after its first checkpoint. */
async function killedRun(): Promise<void> {
  const output = await open(false);
  await write(output, "a\nb\n");
  await output.checkpoint(2, 4);
  await write(output, "half a r");
  await new Promise((resolve) => output.stream.end(resolve));
}

async function finish(output: PartialOutput, rest: string): Promise<void> {
  await write(output, rest);
  await output.checkpoint(3, 6);
  await output.complete();
}

describe("PartialOutput", () => {
  it("goes on behind the rows that are certain, and leaves the output alone in the end", async () => {
    await killedRun();
    const output = await open(true);
    expect(output.start).toMatchObject({ rows: 2, bytes: 4 });
    expect(output.certainRows).toBe(2);
    await finish(output, "c\n");
    expect(readFileSync(out, "utf8")).toBe("a\nb\nc\n");
    expect(readdirSync(folder)).toEqual(["out.csv"]);
  });

  it.each([true, false])("is not hindered by a checkpoint that was half written (resume: %s)", async (resume) => {
    await killedRun();
    writeFileSync(`${out}.partial.next`, '{"rows": 3, "byt');
    const output = await open(resume);
    expect(readdirSync(folder)).not.toContain("out.csv.partial.next");
    await finish(output, resume ? "c\n" : "a\nb\nc\n");
    expect(readFileSync(out, "utf8")).toBe("a\nb\nc\n");
    expect(readdirSync(folder)).toEqual(["out.csv"]);
  });

  it("keeps the record before the last one while a checkpoint is written", async () => {
    await killedRun();
    const before = readFileSync(`${out}.partial.json`, "utf8");
    const output = await open(true);
    await write(output, "c\n");
    const writing = output.checkpoint(3, 6);
    expect(readFileSync(`${out}.partial.json`, "utf8")).toBe(before);
    await writing;
    expect(JSON.parse(readFileSync(`${out}.partial.json`, "utf8"))).toMatchObject({ rows: 3, bytes: 6 });
    expect(readdirSync(folder).sort()).toEqual(["out.csv.partial", "out.csv.partial.json"]);
    await output.complete();
  });

  describe("killed between the last row and the end", () => {
    /** The file has its name, its record is still there. */
    async function killedAtTheEnd(): Promise<void> {
      await killedRun();
      const output = await open(true);
      await write(output, "c\n");
      await output.checkpoint(3, 6);
      await new Promise((resolve) => output.stream.end(resolve));
      renameSync(`${out}.partial`, out);
    }

    it("has nothing left to do", async () => {
      await killedAtTheEnd();
      const output = await open(true);
      expect(output.start).toMatchObject({ rows: 3, bytes: 6 });
      await output.complete();
      expect(readFileSync(out, "utf8")).toBe("a\nb\nc\n");
      expect(readdirSync(folder)).toEqual(["out.csv"]);
    });

    it("starts over for another model, and leaves the finished file until it is done", async () => {
      await killedAtTheEnd();
      const output = await open(true, { model: "other" });
      expect(output.start.rows).toBe(0);
      expect(existsSync(`${out}.partial.json`)).toBe(false);
      expect(readFileSync(out, "utf8")).toBe("a\nb\nc\n");
      await output.complete();
      expect(readFileSync(out, "utf8")).toBe("");
    });
  });
});
