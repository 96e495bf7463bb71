import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "@huggingface/transformers";
import { beforeAll, describe, expect, it } from "vitest";
import { TextClassifier } from "../../src/classifier/classifier.js";
import { type Dataset, loadDataset } from "../../src/data/dataset.js";

/** The pipeline pads a batch in file order, Headstart by length: float32 sums in another order. */
const pipelineTolerance = 1e-4;

interface Saved {
  folder: string;
  classifier: TextClassifier;
  texts: readonly string[];
}

async function trainAndSave(train: string, test: string): Promise<Saved> {
  const data: Dataset = await loadDataset(train);
  const fitted = await TextClassifier.fit(data, { cacheFolder: null, backend: "wasm", C: 3 });
  const folder = join(await mkdtemp(join(tmpdir(), "headstart-model-")), "model");
  await fitted.save(folder);
  await fitted.dispose();
  const long = "a very long complaint about the delivery ".repeat(60);
  const texts = [...(await loadDataset(test)).texts.slice(0, 49), long];
  return { folder, classifier: await TextClassifier.load(folder, { workers: 1 }), texts };
}

async function largestDifference({ folder, classifier, texts }: Saved): Promise<number> {
  const classify = await pipeline("text-classification", folder);
  const theirs = (await classify([...texts], { top_k: classifier.labels.length })) as unknown as {
    label: string;
    score: number;
  }[][];
  await classify.dispose();
  const ours = await classifier.predictProba(texts);
  let largest = 0;
  theirs.forEach((row, i) => {
    expect(row.map(({ label }) => label).sort()).toEqual([...classifier.labels].sort());
    for (const { label, score } of row) {
      const mine = ours[i * classifier.labels.length + classifier.labels.indexOf(label)];
      largest = Math.max(largest, Math.abs(mine - score));
    }
  });
  return largest;
}

describe("a saved folder", () => {
  let single: Saved;
  let multi: Saved;
  beforeAll(async () => {
    single = await trainAndSave("data/intents/train.csv", "data/intents/test.csv");
    multi = await trainAndSave("data/topics/train.jsonl", "data/topics/test.jsonl");
    return async () => {
      await single.classifier.dispose();
      await multi.classifier.dispose();
    };
  });

  it("gives Transformers.js' own pipeline the same probabilities, one label a text", async () => {
    expect(await largestDifference(single)).toBeLessThan(pipelineTolerance);
  });

  it("gives Transformers.js' own pipeline the same probabilities, several labels a text", async () => {
    expect(await largestDifference(multi)).toBeLessThan(pipelineTolerance);
  });

  it("knows its labels and beats guessing on texts that it never saw", async () => {
    const { scores } = await single.classifier.evaluate(await loadDataset("data/intents/test.csv"));
    expect(scores.kind === "single-label" && scores.accuracy).toBeGreaterThan(0.6);
  });

  it("is refused when its graph was altered, cut or is missing", async () => {
    const folder = join(await mkdtemp(join(tmpdir(), "headstart-")), "copy");
    await single.classifier.save(folder);
    const graph = await readFile(join(folder, "onnx/model.onnx"));
    await writeFile(join(folder, "onnx/model.onnx"), graph.subarray(0, graph.length / 2));
    await expect(TextClassifier.load(folder)).rejects.toMatchObject({ code: "ALTERED_MODEL" });
    const manifest = JSON.parse(await readFile(join(folder, "headstart.json"), "utf8"));
    await writeFile(join(folder, "headstart.json"), JSON.stringify({ ...manifest, schemaVersion: 99 }));
    await expect(TextClassifier.load(folder)).rejects.toMatchObject({ code: "NEWER_SCHEMA" });
    await writeFile(join(folder, "headstart.json"), "{");
    await expect(TextClassifier.load(folder)).rejects.toMatchObject({ code: "MODEL_FOLDER" });
    await expect(TextClassifier.load(join(folder, "nowhere"))).rejects.toMatchObject({ code: "MODEL_FOLDER" });
  });

  it("does not replace a folder that holds something else", async () => {
    const folder = await mkdtemp(join(tmpdir(), "headstart-"));
    await writeFile(join(folder, "thesis.txt"), "years of work");
    await expect(single.classifier.save(folder)).rejects.toMatchObject({ code: "OCCUPIED_FOLDER" });
    expect(await readFile(join(folder, "thesis.txt"), "utf8")).toBe("years of work");
  });

  it("is the same for the same seed", async () => {
    const data = await loadDataset("data/intents/train.csv");
    const train = () => TextClassifier.fit(data, { cacheFolder: null, backend: "wasm", features: "last" });
    const [a, b] = [await train(), await train()];
    const texts = single.texts.slice(0, 5);
    expect(await a.predictProba(texts)).toEqual(await b.predictProba(texts));
    await Promise.all([a.dispose(), b.dispose()]);
  });
});
