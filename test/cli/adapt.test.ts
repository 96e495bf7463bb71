import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "@huggingface/transformers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encoders } from "../encoder/oracle.js";
import { type Finished, headstart, interrupted } from "./headstart.js";

/** The pipeline pads a batch in file order, Headstart by length; `predict` prints four digits. */
const printedTolerance = 2e-4;

const texts = ["room", "food", "film", "staff", "view", "book", "song", "tea"].flatMap((subject) => [
  { text: `the ${subject} was good`, label: "pleased" },
  { text: `such a bad ${subject}`, label: "cross" },
  { text: `is the ${subject} open?`, label: "asking" },
]);

let folder: string;
let trained: Finished;

const run = (args: string[], input?: string) => headstart(args, { cwd: folder, input });
const train = (out: string, encoder: string, ...more: string[]) =>
  run(["train", "rows.csv", "--out", out, "--encoder", encoder, "--backend", "wasm", "--no-cache", ...more]);
const manifestOf = (name: string) => JSON.parse(readFileSync(join(folder, name, "headstart.json"), "utf8"));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-adapt-cli-"));
  writeFileSync(
    join(folder, "rows.csv"),
    `text,label\n${texts.map(({ text, label }) => `${text},${label}\n`).join("")}`,
  );
  trained = await train("model", `${encoders}bert`, "--adapt", "1");
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("train --adapt 1", () => {
  it("says what it adapts, and what came of it", () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toContain("its last 1 layer adapted");
    expect(trained.stdout).toMatch(
      /^scores {3}none: 24 rows are too few .*; it takes 100 rows, which is \d+ for each of \d+ classes$/m,
    );
    expect(trained.stdout).toMatch(/^adapted {2}the last layer, \d+ steps, as told$/m);
    expect(manifestOf("model").adaptation).toMatchObject({ request: 1, depth: 1, evidence: { rows: 24, trials: [] } });
  });

  it("writes a model that predicts what Transformers.js' own pipeline does", async () => {
    const input = `${texts.map(({ text }) => text).join("\n")}\n`;
    const { code, stdout, stderr } = await run(["predict", "model", "-", "--all", "--json"], input);
    expect(code, stderr).toBe(0);
    const predicted = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(predicted.map(({ text }) => text)).toEqual(texts.map(({ text }) => text));
    const classify = await pipeline("text-classification", join(folder, "model"));
    const scores = (await classify(
      texts.map(({ text }) => text),
      { top_k: 3 },
    )) as unknown as { label: string; score: number }[][];
    await classify.dispose();
    for (const [i, row] of scores.entries()) {
      for (const { label, score } of row) {
        expect(Math.abs(predicted[i][`p_${label}`] - score)).toBeLessThan(printedTolerance);
      }
    }
  });

  it("trains as a recipe says, and names a part of it that there is not", async () => {
    const own = { loss: { crossEntropy: 1, contrastive: 0.5 }, steps: 7, unfreeze: 0.5, layerDecay: 0.9, pull: 0.01 };
    writeFileSync(join(folder, "recipe.json"), JSON.stringify(own));
    const { code, stdout, stderr } = await train("own", `${encoders}bert`, "--adapt", "2", "--recipe", "recipe.json");
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("adapted  the last 2 layers, 7 steps, as told\n");
    expect(manifestOf("own").adaptation.recipe).toMatchObject({ ...own, learningRate: 1e-4 });
    const wrong = await train("none", `${encoders}bert`, "--adapt", "2", "--recipe", '{"stepz": 7}');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('recipe: found "stepz", expected some of')]);
    const alone = await train("none", `${encoders}bert`, "--recipe", "recipe.json");
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining("it needs --adapt")]);
    const missing = await train("none", `${encoders}bert`, "--adapt", "2", "--recipe", "other.json");
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("other.json")]);
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

  it("writes a folder that is an encoder for the next training", async () => {
    const { code, stdout, stderr } = await train("second", "model", "--adapt", "all");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("all of its layers adapted");
    expect(stdout).toMatch(/^adapted {2}the last 3 layers, \d+ steps, as told$/m);
    expect(manifestOf("second").encoder).toMatchObject({ name: "model", layers: 3 });
  });
});

describe("train --adapt auto", () => {
  it("says why it compares nothing with few rows", async () => {
    const { code, stdout, stderr } = await train("auto", `${encoders}albert`, "--adapt", "auto");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("adapted if that is better");
    expect(stdout).toMatch(/24 rows are too few to hold any out and compare \(100 needed\)/);
  });

  it("reads the test file before it trains", async () => {
    writeFileSync(join(folder, "wrong.csv"), 'text,label\n"never closed,cross\n');
    const { code, stderr } = await train("untrained", `${encoders}bert`, "--adapt", "1", "--test", "wrong.csv");
    expect(code).toBe(1);
    expect(stderr).toContain("wrong.csv");
    expect(existsSync(join(folder, "untrained"))).toBe(false);
  });

  it("takes no empty name for its folder", async () => {
    const { code, stderr } = await train("", `${encoders}bert`);
    expect(code).toBe(2);
    expect(stderr).toContain("train needs --out <folder>");
  });

  it("says with --plan what it will take, and trains nothing", async () => {
    const { code, stdout, stderr } = await train("planned", `${encoders}bert`, "--adapt", "auto", "--plan");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/24 rows, 3 classes/);
    expect(stdout).toMatch(/the last \d of 3 layers/);
    expect(existsSync(join(folder, "planned"))).toBe(false);
  });
});

describe("train --adapt, killed at once", () => {
  it("goes on with --resume, and ends with the bytes of an uninterrupted run", async () => {
    const env = { HEADSTART_CACHE: join(folder, "cache") };
    const args = (out: string, ...more: string[]) =>
      ["train", "rows.csv", "--out", out, "--encoder", `${encoders}bert`, "--backend", "wasm", "--adapt", "all"].concat(
        more,
      );
    const unfinished = join(folder, "cache/unfinished");
    const killed = await interrupted(
      args("killed", "--checkpoint-every", "0.001"),
      () => existsSync(unfinished) && readdirSync(unfinished).some((name) => name.endsWith(".adapting")),
      { cwd: folder, env, signal: "SIGKILL" },
    );
    expect(killed.signal).toBe("SIGKILL");
    expect(existsSync(join(folder, "killed"))).toBe(false);
    const resumed = await headstart(args("killed", "--resume"), { cwd: folder, env });
    expect(resumed.stderr).toMatch(/going on behind step \d+ of 30/);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(readdirSync(unfinished)).toEqual([]);
    const whole = await headstart(args("whole"), { cwd: folder, env });
    expect(whole.stderr).not.toContain("going on");
    const graph = (out: string) => readFileSync(join(folder, out, "onnx/model.onnx"));
    expect(graph("killed").equals(graph("whole"))).toBe(true);
  });
});

describe("train --adapt with more layers than there are", () => {
  it.each([[[]], [["--plan"]]])("says how many there are and writes nothing %j", async (more) => {
    const { code, stderr } = await train("deep", `${encoders}bert`, "--adapt", "99", ...more);
    expect(stderr).toMatch(/adapt: found 99, expected .*up to 3, the encoder's layers\. \(OPTION\)/);
    expect(code).toBe(1);
    expect(existsSync(join(folder, "deep"))).toBe(false);
  });
});
