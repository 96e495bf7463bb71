import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "@huggingface/transformers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { corpus, headstart } from "./headstart.js";

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-scope-"));
  const { code, stderr } = await run(["train", corpus("intents/train.csv"), "--out", "intents", "--no-cache"]);
  expect(code, stderr).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true }));

const run = (args: string[], input?: string) => headstart(args, { cwd: folder, input });
const labelsOf = (stdout: string) => stdout.trimEnd().split("\n").slice(1);
const elsewhere = ["the match ended two to one after extra time", "what is the capital of france", "asdf qwer zxcv"];

describe("predict --abstain-as", () => {
  it("keeps most texts of the kind trained on, and takes texts of no label for unknown", async () => {
    const known = labelsOf(
      (await run(["predict", "intents", corpus("intents/test.csv"), "--abstain-as", "unknown"])).stdout,
    ).filter((line) => line.includes(",unknown,"));
    expect(known.length).toBeLessThan(0.15 * 120);
    const { stdout, code } = await run(
      ["predict", "intents", "-", "--abstain-as", "none of them"],
      elsewhere.join("\n"),
    );
    expect(code).toBe(0);
    expect(stdout.match(/^none of them\t/gm)).toHaveLength(elsewhere.length);
  });

  it("gives a label to everything where it is not said, and goes by --min-confidence where that is", async () => {
    expect((await run(["predict", "intents", "-"], elsewhere.join("\n"))).stdout).not.toContain("unknown");
    const args = ["predict", "intents", "-", "--abstain-as", "unknown", "--min-confidence", "0"];
    expect((await run(args, elsewhere.join("\n"))).stdout).not.toContain("unknown");
  });

  it("says what to do where the folder has no threshold", async () => {
    const { code } = await run(["train", corpus("topics/train.jsonl"), "--out", "topics", "--no-cache"]);
    expect(code).toBe(0);
    const refused = await run(["predict", "topics", "-", "--abstain-as", "unknown"], "hello");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/topics: has no threshold .*no label at all.*--min-confidence.*NO_SCOPE_THRESHOLD/s);
  });

  it("loads a folder whose manifest knows of no threshold, as earlier versions wrote it", async () => {
    const path = join(folder, "intents/headstart.json");
    const manifest = readFileSync(path, "utf8");
    const { outOfScope, ...older } = JSON.parse(manifest);
    expect(outOfScope).toMatchObject({ score: "similarity and logit", keeps: 0.95 });
    writeFileSync(path, JSON.stringify(older));
    try {
      const refused = await run(["predict", "intents", "-", "--abstain-as", "unknown"], "hello");
      expect(refused.stderr).toMatch(/earlier version/);
      expect((await run(["predict", "intents", "-"], "where is my parcel")).stdout).toMatch(/^order_status\t/);
    } finally {
      writeFileSync(path, manifest);
    }
  });
});

describe("the rest of the command line on out-of-scope texts", () => {
  it("inspect and the model card name the threshold, evaluate counts the rows below it", async () => {
    expect((await run(["inspect", "intents"])).stdout).toMatch(/out of scope +similarity and logit below -?\d/);
    expect(readFileSync(join(folder, "intents/README.md"), "utf8")).toContain("headstart predict --abstain-as unknown");
    const { stdout } = await run(["evaluate", "intents", corpus("intents/test.csv")]);
    expect(stdout).toMatch(
      /rows? seems? to fit no label \(predict --abstain-as\), \d+ of them wrong; of the others [\d.]+% are right/,
    );
  });

  it("leaves the folder a model of Transformers.js", async () => {
    const classify = await pipeline("text-classification", join(folder, "intents"));
    const [{ label }] = (await classify("where is my parcel")) as { label: string }[];
    await classify.dispose();
    expect(label).toBe("order_status");
  });
});
