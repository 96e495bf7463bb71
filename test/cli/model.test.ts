import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readModel } from "../../src/onnx/model.js";
import { DataType } from "../../src/onnx/schema.js";
import { sizeOf } from "../../src/onnx/tensor.js";
import { encoders } from "../encoder/oracle.js";
import { corpus, type Finished, headstart, interrupted, main } from "./headstart.js";

let folder: string;
let trained: Finished;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-cli-"));
  trained = await headstart(["train", corpus("reviews/train.csv"), "--out", "model", "--no-cache"], { cwd: folder });
});

afterAll(() => rmSync(folder, { recursive: true }));

const run = (args: string[], input?: string) => headstart(args, { cwd: folder, input });
const read = (name: string) => readFileSync(join(folder, name), "utf8");

/** A table of many rows: the reviews again and again, some rows empty. */
function bigTable(rows: number): string {
  const texts = readFileSync(corpus("reviews/test.csv"), "utf8").trimEnd().split("\n").slice(1);
  const short = texts.map((line) =>
    line
      .replace(/^"|",?.*$/g, "")
      .replaceAll(/["\n]/g, "")
      .slice(0, 14),
  );
  return `id,text,note\n${Array.from({ length: rows }, (_, i) => `${i},"${i % 997 === 5 ? "" : `${short[i % short.length]} ${i}`}","a ""b"""\n`).join("")}`;
}

function installedVersion(name: string): string {
  return JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}

describe("train", () => {
  it("says on stderr what is trained, on stdout how good it is, and what to type next", () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/240 rows/);
    expect(trained.stderr).toMatch(/negative \(\d+\)/);
    expect(trained.stdout).toMatch(/held out/);
    expect(trained.stdout).toMatch(/chosen .*features, C /);
    expect(trained.stdout).toContain("headstart evaluate model");
    expect(existsSync(join(folder, "model/onnx/model.onnx"))).toBe(true);
  });
});

describe("train on four texts whose labels have telling names", () => {
  const four =
    "text,label\nI would buy it again,positive\nIt sings,positive\nIt broke on day one,negative\nNever again,negative\n";
  const cells = four.split("\n").filter(Boolean);

  async function accuracyOf(name: string, table: string, flags: string[] = []) {
    writeFileSync(join(folder, `${name}.csv`), table);
    const args = ["train", `${name}.csv`, "--out", name, "--no-cache", "--test", corpus("reviews/test.csv"), "--json"];
    const { code, stdout, stderr } = await run([...args, ...flags]);
    expect(code, stderr).toBe(0);
    const { labelNames, test } = JSON.parse(stdout);
    return { labelNames, accuracy: test.accuracy as number };
  }

  it("learns from the names as well, says so, and gets more texts right than without", async () => {
    const named = await accuracyOf("named", four);
    expect(named.labelNames).toMatchObject({ chance: 0.5, used: true, logLoss: { with: expect.any(Number) } });
    expect((await run(["inspect", "named"])).stdout).toMatch(/label names +learnt from as well: alone they put/);
    expect(read("named/README.md")).toContain("learnt from the labels' names too");
    const without = await accuracyOf("unnamed", four, ["--no-label-names"]);
    expect(without.labelNames).toBeUndefined();
    expect((await run(["inspect", "unnamed"])).stdout).toMatch(/label names +not learnt from\n/);
    expect(named.accuracy).toBeGreaterThan(without.accuracy);
  });

  it("does not learn from names that say the opposite of their texts", async () => {
    const swapped = cells.map((line) =>
      line.replace(/positive$|negative$/, (name) => (name === "positive" ? "negative" : "positive")),
    );
    writeFileSync(join(folder, "swapped.csv"), `${swapped.join("\n")}\n`);
    const { stdout, code } = await run(["train", "swapped.csv", "--out", "swapped", "--no-cache"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/names +not learnt from: alone they put 25\.0% of a label's rows right \(chance: 50\.0%\)/);
  });
});

describe("train --dtype", () => {
  const source = (file: string) => `${encoders}bert/onnx/${file}`;

  it.each([
    ["int8 unless told", source("model.onnx"), [], DataType.INT8],
    ["float32 where it is asked for", source("model.onnx"), ["--dtype", "fp32"], DataType.FLOAT],
    ["float32 from an int8 file", source("variants/model_quantized.onnx"), ["--dtype", "fp32"], DataType.FLOAT],
    ["float32 from a float16 file", source("variants/model_fp16.onnx"), ["--dtype", "fp32"], DataType.FLOAT],
    ["int8 from a float16 file", source("variants/model_fp16.onnx"), ["--dtype", "int8"], DataType.INT8],
  ])("saves weights as %s", async (_, encoder, flags, type) => {
    const args = ["train", corpus("reviews/train.csv"), "--encoder", encoder, "--out", "typed", "--no-cache", ...flags];
    const { code, stderr } = await run(args);
    expect(code, stderr).toBe(0);
    const { graph } = await readModel(join(folder, "typed/onnx/model.onnx"));
    const weights = graph.initializer.filter((tensor) => tensor.dims.length === 2 && sizeOf(tensor) >= 1024);
    expect(weights.length).toBeGreaterThan(10);
    expect([...new Set(weights.map(({ dataType }) => dataType))]).toEqual([type]);
    expect(graph.initializer.some(({ dataType }) => dataType === DataType.FLOAT16)).toBe(false);
    const name = type === DataType.INT8 ? "int8" : "fp32";
    expect((await run(["inspect", "typed"])).stdout).toContain(`layers of 32, ${name})`);
  });
});

describe("train on a handful of rows", () => {
  it("says why there are no scores and how many rows it takes", async () => {
    writeFileSync(join(folder, "few.csv"), "text,label\ngood,x\nfine,x\nbad,y\nawful,y\nso so,z\nmeh,z\n");
    const args = ["train", "few.csv", "--out", "few", "--encoder", `${encoders}bert`, "--no-cache"];
    const { code, stdout, stderr } = await run(args);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      "scores   none: 6 rows are too few to hold any out of training; it takes 10 rows, which is 4 for each of 3 classes\n",
    );
    const more = `${readFileSync(join(folder, "few.csv"), "utf8")}great,x\nterrible,y\nmiddling,z\nmediocre,z\n`;
    writeFileSync(join(folder, "few.csv"), more);
    expect((await run(args)).stdout).toMatch(/^scores on rows held out/);
  });
});

describe("train on rows with several labels", () => {
  it("reads stdin, scores --test, answers in JSON, and predicts a|b", async () => {
    const topics = readFileSync(corpus("topics/train.jsonl"), "utf8");
    const args = ["train", "-", "--out", "topics", "--test", corpus("topics/test.jsonl"), "--json", "--no-cache"];
    const { code, stdout, stderr } = await run(args, topics);
    expect(code, stderr).toBe(0);
    const { folder: out, task, labels, test } = JSON.parse(stdout);
    expect([out, task, test.kind, test.n]).toEqual(["topics", "multi-label", "multi-label", 100]);
    const text = JSON.parse(topics.split("\n")[0]).text;
    const predicted = await run(
      ["predict", "topics", "--top", "2", "--format", "csv"],
      `text\n"${text.replaceAll('"', '""')}"\n`,
    );
    const [header, row] = predicted.stdout.split("\n");
    expect(header).toBe("text,label,confidence,label_1,confidence_1,label_2,confidence_2");
    const given = row
      .slice(row.lastIndexOf('"') + 1)
      .split(",")[1]
      .split("|");
    for (const label of given.filter((label) => label !== "")) expect(labels).toContain(label);
  });
});

describe("evaluate", () => {
  it("scores test data above chance, the same each time, and writes a page", async () => {
    const args = ["evaluate", "model", corpus("reviews/test.csv"), "--json"];
    const first = await run([...args, "--report", "scores.html"]);
    expect(first.code, first.stderr).toBe(0);
    const { scores } = JSON.parse(first.stdout);
    expect(scores.n).toBe(160);
    expect(scores.intervals.accuracy[0]).toBeGreaterThan(scores.majorityAccuracy);
    expect(scores.intervals.accuracy[0]).toBeLessThan(scores.accuracy);
    expect((await run(args)).stdout).toBe(first.stdout);
    expect(read("scores.html")).toMatch(/^<!doctype html>/i);
  });

  it("finds no difference between a model and itself", async () => {
    const { code, stdout, stderr } = await run(["evaluate", "model", corpus("reviews/test.csv"), "--compare", "model"]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/accuracy +\+0\.0 points/);
  });
});

describe("inspect", () => {
  it("shows labels, encoder and the data's fingerprint", async () => {
    const { code, stdout } = await run(["inspect", "model"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/negative \(\d+\), positive \(\d+\)/);
    expect(stdout).toMatch(/sha256 [0-9a-f]{16}/);
    const { labels, versions, backend } = JSON.parse((await run(["inspect", "model", "--json"])).stdout);
    expect(labels).toEqual(["negative", "positive"]);
    const packages = backend.startsWith("tfjs-node") ? ["tfjs-core", "tfjs-node"] : ["tfjs-core", "tfjs-backend-wasm"];
    const names = ["onnxruntime-node", "@huggingface/transformers", ...packages.map((name) => `@tensorflow/${name}`)];
    expect(Object.keys(versions)).toEqual(["node", "headstart", ...names]);
    for (const name of names) {
      expect(versions[name]).toBe(installedVersion(name));
      expect(stdout).toContain(`${name} ${versions[name]}`);
    }
    expect(stdout).toMatch(/backend +tfjs/);
  });
});

describe("predict", () => {
  it("labels a text a line from stdin", async () => {
    const { code, stdout, stderr } = await run(
      ["predict", "model"],
      "Rude staff and a dirty room.\nBest coffee I have had in years!\n",
    );
    expect(code, stderr).toBe(0);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(rows.map(([label, , text]) => [label, text])).toEqual([
      ["negative", "Rude staff and a dirty room."],
      ["positive", "Best coffee I have had in years!"],
    ]);
    for (const [, confidence] of rows) expect(confidence).toMatch(/^[01]\.\d{4}$/);
  });

  it("keeps columns in order, renames what would clash, leaves empty texts without a label", async () => {
    const { stdout, stderr } = await run(["predict", "model", "-", "--all"], 'n,text,label\n7,"so, so bad",x\n8,,y\n');
    const [header, first, second] = stdout.split("\n");
    expect(header).toBe("n,text,label,predicted_label,confidence,p_negative,p_positive");
    expect(first).toMatch(/^7,"so, so bad",x,negative,0\.\d{4},0\.\d{4},0\.\d{4}$/);
    expect(second).toBe("8,,y,,,,");
    expect(stderr).toContain("warning: 1 row has an empty text");
  });

  it("writes JSON Lines and abstains below a confidence", async () => {
    const args = ["predict", "model", "--json", "--min-confidence", "1", "--abstain-as", "ask"];
    const { stdout } = await run(args, "it was there\n");
    expect(JSON.parse(stdout)).toEqual({ text: "it was there", label: "ask", confidence: expect.any(Number) });
  });

  it("says that a place cannot be written to, and leaves nothing there", async () => {
    const { code, stderr } = await run(["predict", "model", "--out", "nofolder/out.txt"], "fine\n");
    expect(code).toBe(1);
    expect(stderr).toContain("its folder does not exist");
    expect(existsSync(join(folder, "nofolder"))).toBe(false);
  });

  it("does not put a file in the place of a folder or a device", async () => {
    const { code, stderr } = await run(["predict", "model", "--out", "."], "fine\n");
    expect(code).toBe(1);
    expect(stderr).toContain("(OUTPUT_NO_FILE)");
  });

  it("ends quietly when the reader has seen enough", async () => {
    writeFileSync(join(folder, "long.csv"), bigTable(2500));
    const child = spawn(process.execPath, [main, "predict", "model", "long.csv", "--quiet"], { cwd: folder });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const [code] = await once(child, "close");
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("--arithmetic int8", () => {
  const probabilities = (stdout: string) =>
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).p_positive);

  it("says nearly what float32 does, and not quite the same", async () => {
    const args = ["predict", "model", corpus("reviews/test.csv"), "--all", "--json"];
    const [float, int8] = await Promise.all([run(args), run([...args, "--arithmetic", "int8"])]);
    expect(int8.code, int8.stderr).toBe(0);
    const [wanted, found] = [float, int8].map(({ stdout }) => probabilities(stdout));
    const differences = wanted.map((p, i) => Math.abs(p - found[i]));
    expect(Math.max(...differences)).toBeGreaterThan(1e-6);
    expect(Math.max(...differences)).toBeLessThan(0.03);
    const evaluation = ["evaluate", "model", corpus("reviews/test.csv"), "--json"];
    const scored = await Promise.all([run(evaluation), run([...evaluation, "--arithmetic", "int8"])]);
    const [floatLoss, int8Loss] = scored.map(({ stdout }) => JSON.parse(stdout).scores.logLoss);
    expect(int8Loss).not.toBe(floatLoss);
    expect(Math.abs(int8Loss - floatLoss)).toBeLessThan(0.01);
  });

  it("goes on with no run that computed in float32", async () => {
    const args = ["predict", "model", "big.csv", "--out", "int8.csv"];
    writeFileSync(join(folder, "big.csv"), bigTable(5000));
    const cut = await interrupted(args, () => existsSync(join(folder, "int8.csv.partial.json")), { cwd: folder });
    expect(cut.code).toBe(130);
    const { code, stderr } = await run([...args, "--resume", "--arithmetic", "int8"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("(RESUME)")]);
  });

  it("is one of two", async () => {
    const { code, stderr } = await run(["predict", "model", "--arithmetic", "int4"], "a");
    expect([code, stderr]).toEqual([2, expect.stringContaining("float32, int8")]);
  });
});

describe("predict --resume", () => {
  it("gives the bytes of an uninterrupted run after a kill at any moment", async () => {
    writeFileSync(join(folder, "big.csv"), bigTable(5000));
    const args = (out: string) => ["predict", "model", "big.csv", "--out", out, "--quiet", "--top", "2"];
    expect((await run(args("whole.csv"))).code).toBe(0);
    const delaysMs = [60, 5];
    for (let kills = 0; kills < delaysMs.length; ) {
      const child = spawn(process.execPath, [main, ...args("cut.csv"), "--resume"], { cwd: folder, stdio: "ignore" });
      const closed = once(child, "close");
      const before = progress();
      while (child.exitCode === null && progress() === before) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, delaysMs[kills]));
      child.kill("SIGKILL");
      const [code] = await closed;
      expect([null, 0]).toContain(code);
      kills++;
      if (existsSync(join(folder, "cut.csv"))) {
        kills = 0; // it was done before the kill came: once more from the start
        for (const file of ["cut.csv", "cut.csv.partial.json"]) rmSync(join(folder, file), { force: true });
      }
    }
    writeFileSync(join(folder, "cut.csv.partial"), `${read("cut.csv.partial")}half a row`);
    const { code, stderr } = await run([...args("cut.csv").filter((arg) => arg !== "--quiet"), "--resume"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/going on after [\d,]+ rows/);
    expect(read("cut.csv") === read("whole.csv")).toBe(true);
    expect(existsSync(join(folder, "cut.csv.partial"))).toBe(false);
    expect(existsSync(join(folder, "cut.csv.partial.json"))).toBe(false);
  }, 300_000);

  it("refuses where the options are not those of the interrupted run", async () => {
    writeFileSync(join(folder, "other.csv.partial"), "");
    writeFileSync(join(folder, "other.csv.partial.json"), '{"rows":0,"bytes":0,"model":"x","input":{},"options":{}}');
    const { code, stderr } = await run(["predict", "model", "big.csv", "--out", "other.csv", "--resume"]);
    expect(code).toBe(1);
    expect(stderr).toContain("(RESUME)");
  });

  function progress(): string {
    const path = join(folder, "cut.csv.partial.json");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }
});
