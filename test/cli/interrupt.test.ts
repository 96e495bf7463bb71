import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FeatureCache } from "../../src/encoder/cache.js";
import { Random } from "../../src/random.js";
import { encoders } from "../encoder/oracle.js";
import { corpus, headstart, interrupted } from "./headstart.js";

const bert = `${encoders}bert`;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-interrupt-"));
  writeFileSync(join(folder, "long.csv"), table(60_000, 2));
  writeFileSync(join(folder, "hard.csv"), table(24_000, 300));
  const args = ["train", corpus("reviews/train.csv"), "--encoder", bert, "--out", "model", "--no-cache"];
  const { code, stderr } = await headstart(args, { cwd: folder });
  expect(code, stderr).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Labels that no feature explains, so that a head is long in fitting. */
function table(rows: number, classes: number): string {
  const random = new Random(5);
  const words = ["good", "bad", "late", "early", "cold", "warm", "the", "of", "a", "soup", "bus", "shop"];
  const text = () => Array.from({ length: 8 }, () => words[random.integer(words.length)]).join(" ");
  const lines = Array.from({ length: rows }, (_, i) => `${i} ${text()},class ${random.integer(classes)}`);
  return `text,label\n${lines.join("\n")}\n`;
}

const interrupt = (args: string[], ready: (told: string) => boolean, signals = 1, signal?: NodeJS.Signals) =>
  interrupted(args, ready, { cwd: folder, env: { HEADSTART_CACHE: join(folder, "cache") }, signals, signal });
const model = () => readFileSync(join(folder, "model/headstart.json"), "utf8");
const leftovers = () => readdirSync(folder).filter((name) => name.startsWith("."));
const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function cacheFiles(): string[] {
  const features = join(folder, "cache/features");
  return existsSync(features) ? readdirSync(features).map((name) => join(features, name, "features.mdb")) : [];
}

describe("Ctrl-C in an experiment", () => {
  it("says where its cells are, and the command line that goes on from there", async () => {
    const args = ["curve", corpus("reviews/train.csv"), "--encoder", bert, "--out", "run", "--draws", "2"];
    const cells = join(folder, "run/cells.jsonl");
    const { code, stdout, stderr } = await interrupt(args, () => sizeOf(cells) > 0);
    expect(code, stderr).toBe(130);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /\nInterrupted: what is done is kept in run; .*:\n {2}headstart curve .* --out run --draws 2\n$/,
    );
    expect(sizeOf(cells)).toBeGreaterThan(0);
  });
});

describe("Ctrl-C in train", () => {
  const train = (data: string) => ["train", data, "--encoder", bert, "--out", "model"];

  it("while texts are encoded keeps the features so far and the earlier model, and says how to go on", async () => {
    const before = model();
    const { code, stdout, stderr, tookMs } = await interrupt(train("long.csv"), () =>
      cacheFiles().some((file) => sizeOf(file) > 500_000),
    );
    expect(code, stderr).toBe(130);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /\nInterrupted: nothing was saved and the model in model is as it was; features computed so far are cached, and the same command line goes on from there:\n {2}headstart train long\.csv .*--out model\n$/,
    );
    expect(tookMs).toBeLessThan(5000);
    expect(model()).toBe(before);
    expect(leftovers()).toEqual([]);
    const [name] = readdirSync(join(folder, "cache/features"));
    const cache = new FeatureCache(join(folder, "cache"), name);
    const texts = readFileSync(join(folder, "long.csv"), "utf8")
      .split("\n")
      .slice(1, -1)
      .map((line) => line.split(",")[0]);
    const kept = texts.filter((text) => cache.get(text)).length;
    await cache.close();
    expect(kept).toBeGreaterThan(500);
    expect(kept).toBeLessThan(texts.length);
  });

  it("while a head is fitted is heard", async () => {
    let readyMs = 0;
    const afterEncoding = (stderr: string) => {
      if (readyMs === 0 && stderr.includes("Backend")) readyMs = performance.now();
      return readyMs > 0 && performance.now() - readyMs > 2500;
    };
    const { code, stderr, tookMs } = await interrupt([...train("hard.csv"), "--backend", "wasm"], afterEncoding);
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("Interrupted: nothing was saved");
    expect(tookMs).toBeLessThan(3000);
  });

  it("while the model is written leaves the earlier one and no temporary folder", async () => {
    const before = model();
    const { code, stderr } = await interrupt(
      ["train", corpus("reviews/train.csv"), "--encoder", bert, "--out", "model", "--no-cache"],
      () => leftovers().some((name) => name.startsWith(".model.")), // not the folder that shows whether one can be made
    );
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("since --no-cache keeps nothing");
    expect(leftovers()).toEqual([]);
    expect(model()).toBe(before);
  });

  it("with --adapt names --resume", async () => {
    const args = [...train("hard.csv"), "--adapt", "1"];
    const { code, stderr } = await interrupt(args, (told) => told.includes("Backend"));
    expect(code, stderr).toBe(130);
    expect(stderr).toContain(
      "layers adapted up to the last checkpoint, are cached, and the same command line with --resume goes on",
    );
    expect(stderr).toMatch(/\n {2}headstart train hard\.csv .* --adapt 1 --resume\n$/);
  });

  it("is SIGTERM by another number", async () => {
    const { code, signal, stderr } = await interrupt(
      train("hard.csv"),
      (told) => told.includes("Backend"),
      1,
      "SIGTERM",
    );
    expect([code, signal]).toEqual([143, null]);
    expect(stderr).toContain("Interrupted: nothing was saved");
    expect(leftovers()).toEqual([]);
  });

  it("twice ends it at once", async () => {
    const { code, signal, tookMs } = await interrupt(train("hard.csv"), (stderr) => stderr.includes("Backend"), 2);
    expect(code === 130 || signal === "SIGINT").toBe(true);
    expect(tookMs).toBeLessThan(3000);
  });
});

describe("Ctrl-C in predict", () => {
  it("says how many rows are kept, and --resume goes on after them", async () => {
    const args = ["predict", "model", "long.csv", "--out", "labelled.csv"];
    const { code, stderr } = await interrupt(args, () => existsSync(join(folder, "labelled.csv.partial.json")));
    expect(code, stderr).toBe(130);
    const [, rows, line] =
      /\nInterrupted: ([\d,]+) rows are kept in labelled\.csv\.partial; .*:\n {2}headstart (.*)\n$/.exec(stderr) ?? [];
    expect(rows, stderr).toMatch(/^\d+,\d+$/);
    expect(line).toBe(`${args.join(" ")} --resume`);
    const resumed = await headstart(line.split(" "), { cwd: folder });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain("going on after ");
    expect(readFileSync(join(folder, "labelled.csv"), "utf8").split("\n").length).toBe(60_002);
    expect(readdirSync(folder).filter((name) => name.startsWith("labelled"))).toEqual(["labelled.csv"]);
  });

  it("without --out says where the rows are", async () => {
    const { code, stderr } = await interrupt(["predict", "model", "long.csv"], (told) => told.includes("class 1"));
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("Interrupted: the rows so far are on stdout");
  });
});

describe("Ctrl-C in evaluate", () => {
  it("writes nothing and says so", async () => {
    const args = ["evaluate", "model", "long.csv", "--report", "page.html"];
    const { code, stdout, stderr } = await interrupt(args, (told) => told.includes("label column"));
    expect([code, stdout], stderr).toEqual([130, ""]);
    expect(stderr).toContain(
      "Interrupted: nothing was written; the same command line starts over:\n  headstart evaluate",
    );
    expect(readdirSync(folder).filter((name) => name.includes("page"))).toEqual([]);
  });
});
