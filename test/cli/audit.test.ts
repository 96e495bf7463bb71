import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { corpus, type Finished, headstart } from "./headstart.js";

let folder: string;
let finished: Finished;
let found: Record<string, string>[];
/** Lines of the file by what was done to them. */
const lines = { flipped: [] as number[], empty: 0, copy: 0, conflict: 0, german: 0, long: 0 };

/** Texts are encoded once for all tests, in a cache of their own. */
const run = (args: string[]) => headstart(args, { cwd: folder, env: { HEADSTART_CACHE: join(folder, "cache") } });
const of = (problem: string) => found.filter((row) => row.problem === problem);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-audit-"));
  const [header, ...rows] = parse(readFileSync(corpus("intents/train.csv")), {
    relax_column_count: true,
  }) as string[][];
  const labels = [...new Set(rows.map(([, label]) => label))].sort();
  for (const row of [20, 60, 100, 140, 180]) rows[row][1] = labels[(labels.indexOf(rows[row][1]) + 3) % labels.length];
  const add = (text: string, label: string) => rows.push([text, label]);
  add("  ", "order_status");
  add(rows[0][0].toUpperCase(), rows[0][1]);
  add(rows[1][0], labels.find((label) => label !== rows[1][1])!);
  add("Der Akku hält zwei Tage, und wann kommt eigentlich meine Bestellung an?", "order_status");
  add("where is it ".repeat(120), "order_status");
  const csv = stringify([header, ...rows]);
  writeFileSync(join(folder, "bad.csv"), csv);
  const lineOf = (row: number) => 2 + stringify(rows.slice(0, row)).split("\n").length - 1;
  lines.flipped = [20, 60, 100, 140, 180].map(lineOf);
  [lines.empty, lines.copy, lines.conflict, lines.german, lines.long] = [200, 201, 202, 203, 204].map(lineOf);
  finished = await run(["audit", "bad.csv", "--out", "look.csv", "--report", "page.html"]);
  found = parse(readFileSync(join(folder, "look.csv")), { columns: true });
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("audit", () => {
  it("ranks labels that were changed among the first of the wrong ones, with the label that they had", () => {
    expect(finished.code, finished.stderr).toBe(0);
    const wrong = of("label").map(({ line }) => Number(line));
    const hits = lines.flipped.filter((line) => wrong.slice(0, 12).includes(line));
    expect(hits.length).toBeGreaterThanOrEqual(4);
  });

  it("finds the empty, the repeated, the contradicting, the German and the long row", () => {
    expect(of("empty").map(({ line }) => Number(line))).toEqual([lines.empty]);
    expect(of("duplicate")).toMatchObject([{ line: String(lines.copy), reason: "repeats line 2", other_line: "2" }]);
    expect(
      of("conflict")
        .map(({ line }) => Number(line))
        .sort(),
    ).toContain(lines.conflict);
    expect(of("language")).toMatchObject([
      { line: String(lines.german), reason: "German, where most rows are English" },
    ]);
    expect(of("long")).toMatchObject([{ line: String(lines.long) }]);
  });

  it("ranks the file from 1 on, the gravest kind first", () => {
    expect(found.map(({ rank }) => Number(rank))).toEqual(found.map((_, i) => i + 1));
    const kinds = found.map(({ problem }) => problem).filter((kind, i, all) => kind !== all[i - 1]);
    expect(kinds).toEqual(
      ["empty", "conflict", "label", "language", "duplicate", "outlier", "long"].filter((k) => kinds.includes(k)),
    );
    expect(kinds.length).toBe(new Set(kinds).size);
  });

  it("prints a summary of 80 columns and writes a page that escapes texts", () => {
    expect(Math.max(...finished.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(finished.stdout).toMatch(/^bad\.csv: 204 rows, 8 labels\n/);
    expect(finished.stdout).toContain("Labels that are probably wrong: ");
    const page = readFileSync(join(folder, "page.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).toContain("One text, two labels");
    expect(page).not.toMatch(/<script src|https?:\/\/(?!www\.w3\.org)/);
  });

  it("gives the same result again, as JSON", async () => {
    const { stdout } = await run(["audit", "bad.csv", "--json", "-q"]);
    const { findings, counts, labels, language } = JSON.parse(stdout);
    expect(findings.map(({ line }: { line: number }) => String(line))).toEqual(found.map(({ line }) => line));
    expect([counts.empty, labels.length, language]).toEqual([1, 8, "en"]);
  });
});

describe("audit, told to write where it must not or cannot", () => {
  it.each([
    [["bad.csv", "--out", "bad.csv"], 2, "--out bad.csv: it is read"],
    [["bad.csv", "--against", "other.csv", "--report", "./other.csv"], 2, "it is read"],
    [["bad.csv", "--out", join("none", "x.csv")], 1, "its folder does not exist"],
  ])("%j ends before it computes anything, with the files unchanged", async (args, code, message) => {
    writeFileSync(join(folder, "other.csv"), "text,label\na,b\n");
    const before = readFileSync(join(folder, "bad.csv"));
    const ended = await run(["audit", ...args]);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toContain("column");
    expect(ended.code).toBe(code);
    expect(readFileSync(join(folder, "bad.csv"))).toEqual(before);
    expect(readFileSync(join(folder, "other.csv"), "utf8")).toBe("text,label\na,b\n");
  });
});

describe("audit --against", () => {
  it("finds rows of another file, and no others", async () => {
    const test = readFileSync(corpus("intents/test.csv"), "utf8");
    const first = readFileSync(join(folder, "bad.csv"), "utf8").split("\n")[1];
    writeFileSync(join(folder, "test.csv"), `${test.trimEnd()}\n${first}\n`);
    const { stdout } = await run(["audit", "bad.csv", "--against", "test.csv", "--json", "-q"]);
    const leaks = JSON.parse(stdout).findings.filter(({ kind }: { kind: string }) => kind === "leak");
    expect(leaks.map(({ line }: { line: number }) => line).sort()).toEqual([2, lines.copy].sort());
    expect(leaks[0].reason).toMatch(/also stands in test\.csv, line 12\d/);
  });
});

describe("audit of several labels a row", () => {
  it("suggests the label that was taken away", async () => {
    const rows = readFileSync(corpus("topics/train.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const changed = rows.flatMap(({ labels }, row) => (labels.includes("transport") && row % 5 === 0 ? [row] : []));
    for (const row of changed) rows[row].labels = rows[row].labels.filter((label: string) => label !== "transport");
    writeFileSync(join(folder, "topics.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    const { stdout, code, stderr } = await run(["audit", "topics.jsonl", "--json", "-q"]);
    expect(code, stderr).toBe(0);
    const { findings } = JSON.parse(stdout);
    const suggested = findings.filter(
      ({ row, suggested: labels }: { row: number; suggested?: string[] }) =>
        changed.includes(row) && labels?.includes("transport"),
    );
    expect(suggested.length).toBeGreaterThanOrEqual(changed.length / 3);
  });
});

describe("audit of what cannot be audited", () => {
  it("says what is wrong, and writes nothing", async () => {
    writeFileSync(join(folder, "one.csv"), "text,label\na,x\nb,x\n");
    expect((await run(["audit", "one.csv"])).stderr).toMatch(/ONE_CLASS/);
    expect((await run(["audit", "none.csv"])).stderr).toMatch(/FILE_MISSING/);
    const refused = await run(["audit", "bad.csv", "--out", "no/such/look.csv", "-q"]);
    expect([refused.code, refused.stderr]).toMatchObject([1, expect.stringMatching(/OUTPUT/)]);
  });
});
