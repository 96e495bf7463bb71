import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "@huggingface/transformers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TextClassifier } from "../../src/classifier/classifier.js";
import type { FitOptions } from "../../src/classifier/options.js";
import { Encoder } from "../../src/encoder/encoder.js";
import { AlteredModelError } from "../../src/encoder/errors.js";
import { silentLog } from "../../src/log.js";
import { encoders, largestDifference } from "../encoder/oracle.js";

/** The pipeline pads a batch in file order, Headstart by length: float32 sums in another order. */
const pipelineTolerance = 1e-4;

const subjects = ["room", "food", "film", "staff", "view", "book", "song", "tea"];
const single = subjects.flatMap((subject, i) => [
  { text: `the ${subject} was good`, label: "pleased" },
  { text: `a bad ${subject}, ${subjects[(i + 3) % 8]} and all`, label: "cross" },
  { text: `is the ${subject} open on monday?`, label: "asking" },
]);
const multi = subjects.flatMap((subject, i) => [
  { text: `good ${subject}, bad ${subjects[(i + 1) % 8]}`, label: ["praise", "blame"] },
  { text: `the ${subject} is good`, label: ["praise"] },
  { text: `such a bad ${subject}`, label: ["blame"] },
  { text: `a ${subject}`, label: [] },
]);
/** A fourth label. */
const four = ({ text }: { text: string }) => ({ text, label: "mixed" });
const texts = [...single.map(({ text }) => text), "", "something else altogether ".repeat(60)];

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "headstart-adapted-"));
});

afterAll(() => rmSync(root, { recursive: true }));

async function saved(name: string, examples: Parameters<typeof TextClassifier.fit>[0], options: FitOptions) {
  const classifier = await TextClassifier.fit(examples, { cacheFolder: null, backend: "wasm", C: 1, ...options });
  const folder = join(root, name);
  await classifier.save(folder);
  await classifier.dispose();
  return { folder, manifest: classifier.manifest };
}

async function embeddings(folder: string, options: Parameters<typeof Encoder.open>[1] = {}) {
  const encoder = await Encoder.open(folder, { cacheFolder: null, workers: 1, ...options });
  const { data } = await encoder.encode(texts);
  await encoder.dispose();
  return { data, pooling: encoder.pooling };
}

async function differenceToPipeline(folder: string): Promise<number> {
  const classify = await pipeline("text-classification", folder);
  const classifier = await TextClassifier.load(folder, { workers: 1 });
  const { labels } = classifier;
  const theirs = (await classify(texts, { top_k: labels.length })) as unknown as { label: string; score: number }[][];
  const ours = await classifier.predictProba(texts);
  const aligned = theirs.flatMap((row) => labels.map((label) => row.find((found) => found.label === label)!.score));
  await Promise.all([classify.dispose(), classifier.dispose()]);
  return largestDifference(ours, aligned);
}

describe("a classifier whose encoder is adapted", () => {
  it("keeps its training until it is saved", async () => {
    const cacheFolder = join(root, "cache");
    const unfinished = () => readdirSync(join(cacheFolder, "unfinished")).length;
    const trained = () => {
      const options: FitOptions = { encoder: `${encoders}bert`, adapt: 1, backend: "wasm", C: 1, cacheFolder };
      return TextClassifier.fit(single, { ...options, checkpointSeconds: 0.001 });
    };
    writeFileSync(join(root, "file"), "");
    const unsaved = await trained();
    await expect(unsaved.save(join(root, "file/model"))).rejects.toThrow("cannot be written");
    await unsaved.dispose();
    expect(unfinished()).toBe(1);
    const classifier = await trained();
    await classifier.save(join(root, "kept"));
    expect(unfinished()).toBe(0);
    await classifier.dispose();
    await (await trained()).dispose();
    expect(unfinished()).toBe(0);
  });

  it("has the C that it was told, and says so where it does not read the features that were asked for", async () => {
    const warned: string[] = [];
    const log = { ...silentLog, warn: (line: string) => warned.push(line) };
    const told: FitOptions = { encoder: `${encoders}bert`, adapt: 1, C: 5, features: "last3", log };
    const { manifest } = await saved("told", [...single, ...multi.map(four)], told);
    expect(manifest.head).toMatchObject({ C: 5, features: "last" });
    expect(warned).toContainEqual(expect.stringMatching(/reads the last features .* last3/));
  });

  it("is warned of where it is the encoder for the rows that it was adapted on, and refused where it was altered", async () => {
    const warned: string[] = [];
    const log = { ...silentLog, warn: (line: string) => warned.push(line) };
    const { folder } = await saved("first", single, { encoder: `${encoders}bert`, adapt: 1 });
    await saved("second", single, { encoder: folder, log });
    expect(warned).toEqual([expect.stringContaining("adapted on these very rows")]);
    await saved("others", single.slice(3), { encoder: folder, log });
    expect(warned).toHaveLength(1);
    const path = join(folder, "onnx/model.onnx");
    writeFileSync(path, (await readFile(path)).fill(7, 5000, 5010));
    await expect(Encoder.open(folder, { cacheFolder: null })).rejects.toThrow(AlteredModelError);
  });

  it("says that training diverged, and what to change", async () => {
    const diverging = saved("diverged", single, {
      encoder: `${encoders}bert`,
      adapt: 1,
      recipe: { learningRate: 1e30 },
    });
    await expect(diverging).rejects.toThrow(/^Training diverged: after \d+ steps .* learningRate \(it was 1e\+30\)/);
  });

  it.each<[string, typeof single | typeof multi, FitOptions]>([
    ["one label a text", single, { adapt: 2 }],
    ["several labels a text", multi, { adapt: "all", multiLabel: true, dtype: "fp32" }],
  ])("gives Transformers.js' own pipeline the same probabilities, %s", async (name, examples, options) => {
    const { folder, manifest } = await saved(name, examples, { encoder: `${encoders}bert`, ...options });
    expect(manifest.adaptation).toMatchObject({ request: options.adapt, depth: options.adapt === 2 ? 2 : 3 });
    expect(await differenceToPipeline(folder)).toBeLessThan(pipelineTolerance);
  });

  describe("of shared weights", () => {
    const options: FitOptions = { encoder: `${encoders}albert`, adapt: 1, seed: 7 };
    const graphOf = (folder: string) => readFile(join(folder, "onnx/model.onnx"));
    let once: Awaited<ReturnType<typeof saved>>;
    beforeAll(async () => {
      once = await saved("once", single, options);
    });

    it("is an encoder itself, which can be adapted again", async () => {
      const twice = await saved("twice", single, { encoder: once.folder, adapt: 2 });
      expect(twice.manifest.encoder).toMatchObject({ name: once.folder, layers: 3, modelType: "albert" });
      expect(await differenceToPipeline(twice.folder)).toBeLessThan(pipelineTolerance);
      const [first, second] = [await embeddings(once.folder), await embeddings(twice.folder)];
      expect(largestDifference(first.data, second.data)).toBeGreaterThan(1e-3);
    });

    it("is the same file for the same seed", async () => {
      const { folder } = await saved("once more", single, options);
      expect(Buffer.compare(await graphOf(folder), await graphOf(once.folder))).toBe(0);
    });
  });
});

describe("a saved classifier as an encoder", () => {
  it.each<[string, FitOptions]>([
    ["bert", { pooling: "mean", features: "last3" }],
    ["bert", { pooling: "cls", features: "last", dtype: "fp32" }],
    ["albert", { pooling: "max", features: "last3" }],
    ["bert/onnx/variants/model_fp16.onnx", { pooling: "mean", features: "last" }],
  ])("embeds as the encoder did that it was trained on, pooled in the same way: %s %j", async (file, options) => {
    const { folder } = await saved("frozen", single, { encoder: encoders + file, ...options });
    const dtype = options.dtype === "fp32" ? "source" : "int8";
    const { pooling } = options;
    const wanted = await embeddings(encoders + file, { dtype, pooling, features: "last3" });
    const found = await embeddings(folder, { dtype, features: "last3" });
    expect(found.pooling).toBe(pooling);
    expect(found.data).toEqual(wanted.data);
  });
});
