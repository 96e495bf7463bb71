import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encoders } from "../encoder/oracle.js";
import { corpus, headstart, main } from "./headstart.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-experiments-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => headstart(args, { cwd: folder });
const lines = (path: string) =>
  existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8").split("\n").filter(Boolean) : [];
const tiny = ["--encoder", `${encoders}bert`, "--no-cache"];
const reviews = [corpus("reviews/train.csv"), "--test", corpus("reviews/test.csv"), ...tiny];

describe("curve", () => {
  const simple = ["curve", ...reviews, "--methods", "head,bag-of-words,majority", "--sizes", "2,8,32"];

  it("goes on after a kill with the cells that are missing, and says the same as a run at one go", async () => {
    const args = [...simple, "--draws", "8", "--out", "killed"];
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: "ignore" });
    while (lines("killed/cells.jsonl").length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("close", resolve));
    const before = lines("killed/cells.jsonl");
    expect(before.length).toBeLessThan(72);
    const resumed = await run(...args, "--json", "--report", "curve.html");
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(lines("killed/cells.jsonl").slice(0, before.length)).toEqual(before);
    expect(lines("killed/cells.jsonl")).toHaveLength(72);
    const whole = await run(...simple, "--draws", "8", "--out", "whole", "--json");
    const scores = (stdout: string) =>
      JSON.parse(stdout).result.points.map(({ accuracy, macroF1 }: Record<string, unknown>) => [accuracy, macroF1]);
    expect(scores(resumed.stdout)).toEqual(scores(whole.stdout));
    expect(readFileSync(join(folder, "curve.html"), "utf8")).toMatch(/^<!doctype html>/i);
  });

  it("lets two processes share the cells", async () => {
    const args = [...simple, "--draws", "8", "--out", "shared", "--json"];
    const both = await Promise.all([run(...args), run(...args)]);
    for (const { code, stderr } of both) expect(code, stderr).toBe(0);
    const points = both.map(({ stdout }) => JSON.parse(stdout).result.points);
    expect(points[0]).toEqual(points[1]);
    const ids = lines("shared/cells.jsonl").map((line) => JSON.parse(line).id);
    expect([ids.length, new Set(ids).size]).toEqual([72, 72]);
  });

  it("adds draws, methods and sizes to a run, with the results of one that had them from the start", async () => {
    const [some, all] = [
      ["--methods", "head", "--sizes", "4", "--draws", "1"],
      ["--methods", "head,majority", "--sizes", "2,4", "--draws", "3"],
    ];
    const curve = async (...args: string[]) => {
      const { code, stdout, stderr } = await run("curve", ...reviews, ...args, "--json");
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout).result.points.map(({ accuracy }: Record<string, unknown>) => accuracy);
    };
    await curve(...some, "--out", "grown");
    const first = lines("grown/cells.jsonl");
    const grown = await curve(...all, "--out", "grown");
    expect(lines("grown/cells.jsonl").slice(0, 1)).toEqual(first);
    expect(lines("grown/cells.jsonl")).toHaveLength(12);
    expect(JSON.parse(readFileSync(join(folder, "grown/plan.json"), "utf8")).cells).toHaveLength(12);
    expect(grown).toEqual(await curve(...all, "--out", "at-once"));
    expect(await curve(...some, "--out", "grown")).toHaveLength(1);
  });

  it("refuses to go on with what changes the draws that are there, and lists a plan without running it", async () => {
    const independent = ["curve", ...reviews, "--methods", "majority", "--independent", "--draws", "1"];
    const several = ["compare", ...reviews.slice(0, 3), "--encoders", `${encoders}bert`, "--no-cache", "--rows", "40"];
    const cases: [string[], string[], string][] = [
      [[...independent, "--sizes", "4"], [...independent, "--sizes", "2,4"], "another sizes: [4] then, [2,4] now"],
      [[...several, "--draws", "1"], [...several, "--draws", "2"], 'another draws: 1 then, "several" now'],
      [[...several, "--draws", "1"], [...several, "--draws", "1", "--seed", "9"], "another seed: 42 then, 9 now"],
    ];
    for (const [i, [first, second, message]] of cases.entries()) {
      expect((await run(...first, "--out", `begun${i}`)).code).toBe(0);
      const { code, stderr } = await run(...second, "--out", `begun${i}`);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/RUN_DIFFERS/)]);
      expect(stderr).toContain(message);
    }
    const plan = await run(...simple, "--draws", "1", "--out", "never", "--plan");
    expect(plan.stdout).toMatch(/9 cells, about/);
    expect(existsSync(join(folder, "never"))).toBe(false);
  });
});

describe("extent and transfer", () => {
  const both = [corpus("reviews/train.csv"), corpus("reviews/test.csv")];
  it.each([
    ["extent", reviews, ["--shots", "4", "--depths"], "0", "0,1"],
    ["transfer", [...both, ...tiny], ["--shots", "4", "--methods"], "none", "none,coral"],
  ])("%s adds to a run what it lacks", async (command, data, options, some, all) => {
    const out = ["--out", `grown-${command}`];
    const cells = `grown-${command}/cells.jsonl`;
    expect((await run(command, ...data, ...options, some, "--draws", "2", ...out)).code).toBe(0);
    const before = lines(cells);
    const { code, stderr } = await run(command, ...data, ...options, all, "--draws", "3", ...out);
    expect(code, stderr).toBe(0);
    expect(lines(cells).slice(0, before.length)).toEqual(before);
    expect(lines(cells)).toHaveLength((before.length / 2 + 1) * 3);
  });
});

describe("what is asked for and cannot be", () => {
  it("says so before anything is run", async () => {
    const target = readFileSync(corpus("reviews/test.csv"), "utf8").replaceAll(/,(positive|negative)$/gm, ",about $1");
    writeFileSync(join(folder, "target.csv"), target);
    const cases: [string[], RegExp][] = [
      [["extent", ...reviews, "--depths", "0,9"], /--depths: found 9, expected at most 3, the encoder's layers/],
      [["curve", ...reviews, "--adapt", "9"], /--adapt: found 9, expected at most 3/],
      [["transfer", ...reviews.slice(0, 1), "target.csv", ...tiny, "--plan"], /none of its labels.*EXPERIMENT_LABELS/],
      [["curve", reviews[0], "--test", "target.csv", ...tiny], /none of its labels.*EXPERIMENT_LABELS/],
      [["curve", ...reviews, "--report", "nowhere/page.html"], /nowhere\/page\.html: cannot be written/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await run(...args, "--out", "impossible");
      expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(message)]);
      expect(existsSync(join(folder, "impossible"))).toBe(false);
    }
  });

  it("counts what is listed twice once", async () => {
    const args = ["curve", ...reviews, "--methods", "head,majority,head", "--sizes", "4,4", "--draws", "2"];
    expect((await run(...args, "--plan")).stdout).toMatch(/4 cells/);
  });
});

describe("--splits", () => {
  const lists = { 0: [0, 1, 2, 3, 120, 121, 122, 123], 1: [4, 5, 6, 7, 124, 125, 126, 127, 130, 9] };
  const given = ["--splits", "lists.json"];
  const result = async (...args: string[]) => {
    writeFileSync(join(folder, "lists.json"), JSON.stringify(lists));
    const { code, stdout, stderr } = await run(...args, ...given, "--json");
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout).result;
  };

  it("gives compare and extent the rows of the lists, a draw each", async () => {
    const encoder = ["--encoders", `${encoders}bert`, "--no-cache"];
    const compared = await result("compare", ...reviews.slice(0, 3), ...encoder, "--out", "split-compare");
    expect(compared.draws).toBe(2);
    const extent = await result("extent", ...reviews, "--depths", "0", "--out", "split-extent");
    expect([extent.draws, extent.shots]).toEqual([2, 4]);
  });

  it("gives transfer the rows of the source, and scores on the listed rows of --test", async () => {
    writeFileSync(join(folder, "rows.json"), JSON.stringify({ test: [0, 1, 2, 3, 60, 61, 62] }));
    const test = ["--test", corpus("reviews/test.csv"), "--test-rows", "rows.json"];
    const args = [
      corpus("reviews/train.csv"),
      corpus("reviews/train.csv"),
      ...test,
      ...tiny,
      "--methods",
      "none,coral",
    ];
    const transfer = await result("transfer", ...args, "--out", "split-transfer");
    expect([transfer.draws, transfer.sourceRows, transfer.testRows]).toEqual([2, 8, 7]);
  });

  it("says what it needs and what it cannot be with", async () => {
    const cases: [string[], RegExp][] = [
      [["extent", corpus("reviews/train.csv")], /--splits needs --test/],
      [["extent", ...reviews, "--shots", "4"], /'--splits.*' cannot be used with option '--shots/],
      [["compare", ...reviews.slice(0, 3), "--skip-empty"], /--skip-empty leaves some out of/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await run(...args, ...given);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
  });
});

describe("a bug in a cell", () => {
  it("exits with 70, keeps the other cells, and is tried again", async () => {
    // Words beyond the table of embeddings: onnxruntime refuses them, which nothing foresees.
    cpSync(`${encoders}bert`, join(folder, "broken"), { recursive: true });
    const path = join(folder, "broken/tokenizer.json");
    const tokenizer = JSON.parse(readFileSync(path, "utf8"));
    for (const word of Object.keys(tokenizer.model.vocab)) {
      if (/^[a-z]+$/.test(word)) tokenizer.model.vocab[word] += 100_000;
    }
    writeFileSync(path, JSON.stringify(tokenizer));
    const data = [
      corpus("reviews/train.csv"),
      "--test",
      corpus("reviews/test.csv"),
      "--encoder",
      "broken",
      "--no-cache",
    ];
    const args = ["curve", ...data, "--methods", "head,majority", "--sizes", "2", "--draws", "2", "--out", "bugs"];
    for (const lineCount of [4, 6]) {
      const { code, stdout, stderr } = await run(...args);
      expect([code, stderr]).toEqual([
        70,
        expect.stringMatching(/head\/shots=2\/draw=0 failed by the bug below[\s\S]*This is a bug/),
      ]);
      expect(stdout).toMatch(/majority/);
      expect(lines("bugs/cells.jsonl")).toHaveLength(lineCount);
    }
  });
});

describe("compare", () => {
  it("ranks the layers of an encoder and writes a page", async () => {
    const args = [corpus("intents/train.csv"), "--encoders", `${encoders}bert`, `${encoders}roberta`, "--no-cache"];
    const { code, stdout, stderr } = await run(
      "compare",
      ...args,
      "--draws",
      "2",
      "--rows",
      "60",
      "--report",
      "c.html",
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/bert 3\/3 .*\n/);
    expect(stdout).toMatch(/Take .*(bert|roberta)/);
    expect(readFileSync(join(folder, "c.html"), "utf8")).toContain("Kendall");
    expect(existsSync(join(folder, "intents-compare/cells.jsonl"))).toBe(true);
  });
});

describe("extent", () => {
  it("says what is best and what is forgotten", async () => {
    const args = ["--depths", "0", "--draws", "2", "--shots", "4", "--json"];
    const { code, stdout, stderr } = await run("extent", ...reviews, ...args);
    expect(code, stderr).toBe(0);
    const { result } = JSON.parse(stdout);
    expect([result.best, result.points[0].cosine.mean > 0.999, result.unrelated]).toEqual([
      0,
      true,
      "intents/train.csv",
    ]);
  });
});

describe("transfer", () => {
  it("scores ways into the target, on draws that differ", async () => {
    const args = [
      corpus("reviews/train.csv"),
      corpus("reviews/test.csv"),
      ...tiny,
      "--methods",
      "none,coral,upper-bound",
    ];
    const { code, stdout, stderr } = await run("transfer", ...args, "--draws", "3", "--json", "--report", "t.html");
    expect(code, stderr).toBe(0);
    const { result } = JSON.parse(stdout);
    expect(result.points.map(({ method }: { method: string }) => method)).toEqual(["none", "coral", "upper-bound"]);
    expect(new Set(result.points.flatMap(({ values }: { values: number[] }) => values)).size).toBeGreaterThan(3);
    expect(readFileSync(join(folder, "t.html"), "utf8")).toMatch(/^<!doctype html>/i);
  });

  it("takes a target without labels beside labelled test rows, and refuses it without", async () => {
    const sourceAndTarget = [corpus("reviews/train.csv"), corpus("intents/train.csv"), "--unlabelled", ...tiny];
    const refused = await run("transfer", ...sourceAndTarget);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--unlabelled needs --test")]);
    const test = ["--test", corpus("reviews/test.csv"), "--draws", "1", "--methods", "none,few-labels"];
    const { code, stdout, stderr } = await run("transfer", ...sourceAndTarget, ...test);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/no adaptation/);
    expect(stdout).not.toMatch(/few target labels/);
  });
});
