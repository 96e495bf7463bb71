import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { headstart } from "../headstart.js";

const folder = mkdtempSync(join(tmpdir(), "headstart-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("headstart doctor", () => {
  it("says what it runs on, and how fast", async () => {
    const { code, stdout, stderr } = await headstart(["doctor"], { env: { HEADSTART_CACHE: join(folder, "none") } });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`node             ${process.versions.node} (${process.platform} ${process.arch})\n`);
    expect(stdout).toContain(`cache            ${join(folder, "none")} (0 B used)\n`);
    expect(stdout).toMatch(/speed {12}[1-9]\d* texts\/s of 2\d tokens with \d+ workers?\n/);
    expect(stdout).toMatch(/\n\n(nothing found|what would make it faster:\n- )/);
  });

  it("gives the same as JSON, and says that a cache is none", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const { code, stdout, stderr } = await headstart(["doctor", "--json"], { env: { HEADSTART_CACHE: file } });
    expect(code, stderr).toBe(0);
    const facts = JSON.parse(stdout);
    expect(facts.cache).toEqual({ folder: file, sizeBytes: 0, isWritable: false });
    expect(facts.versions.node).toBe(process.versions.node);
    expect(facts.training.description).toContain("4.22.0");
    expect(facts.encoder.name).toBe("headstart-mini");
    expect(facts.advice).toContainEqual(expect.stringContaining(`${file} cannot be written to`));
  });
});
