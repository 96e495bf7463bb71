import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TextClassifier } from "../../src/classifier/classifier.js";
import { openTextPool } from "../../src/encoder/pool.js";
import { composeGroups } from "../../src/serve/compose.js";
import { composeGroupsAside } from "../../src/serve/compose-thread.js";
import { encoders, largestDifference } from "../encoder/oracle.js";
import { trained } from "./serving.js";

/** Float32 in another order of sums. */
const tolerance = 1e-5;

let folder: string;
const at = (name: string) => ({ name, folder: join(folder, name) });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-compose-"));
  await trained("reviews", join(folder, "last"), "--features", "last");
  await trained("intents", join(folder, "last3"), "--features", "last3");
  await trained("reviews", join(folder, "other"), "--encoder", `${encoders}distilbert`);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("composeGroups", () => {
  it("puts classifiers on one encoder into one graph, which gives the logits of each and the embedding", async () => {
    const [group, ...others] = await composeGroups([at("last"), at("last3")]);
    expect(others).toEqual([]);
    const { graph: model, tokenizerFolder, maxTokens, width, embeddingSize } = group;
    const pool = openTextPool({ model, tokenizerFolder, maxTokens, batchTokens: 64 }, 1);
    const texts = ["It broke.", "Where is my parcel, please?", "a", `${"many words ".repeat(100)}`];
    const rows = await pool.run(texts);
    await pool.dispose();
    for (const { folder: path, offset, manifest } of group.members) {
      const classifier = await TextClassifier.load(path, { workers: 1 });
      const wanted = await classifier.predictProba(texts);
      await classifier.dispose();
      const classes = manifest.labels.length;
      texts.forEach((_, i) => {
        const exps = rows.slice(i * width + offset, i * width + offset + classes).map(Math.exp);
        const sum = exps.reduce((a, b) => a + b, 0);
        const found = exps.map((value) => value / sum);
        expect(largestDifference(found, wanted.subarray(i * classes, (i + 1) * classes))).toBeLessThan(tolerance);
      });
    }
    const embedding = rows.subarray(width - embeddingSize, width);
    expect(embedding.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
  });

  it("keeps encoders apart that differ", async () => {
    const groups = await composeGroups([at("last"), at("other"), at("last3")]);
    expect(groups.map(({ members }) => members.map(({ name }) => name))).toEqual([["last", "last3"], ["other"]]);
  });

  it("gives the same in a thread of its own, and its failures", async () => {
    const [here] = await composeGroups([at("last")]);
    const [there] = await composeGroupsAside([at("last")]);
    expect(there.id).toBe(here.id);
    expect(Buffer.compare(there.graph, here.graph)).toBe(0);
    await expect(composeGroupsAside([at("none")])).rejects.toThrow("there is no such folder");
  });
});
