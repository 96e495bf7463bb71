import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadFolder } from "../../src/classifier/load.js";
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
  it("puts classifiers on one encoder into one graph, which gives what each gives, and the embedding", async () => {
    const [group, ...others] = await composeGroups({ folders: [at("last"), at("last3")] });
    expect(others).toEqual([]);
    const { graph: model, tokenizerFolder, maxTokens, width, embeddingSize } = group;
    const pool = openTextPool({ model, tokenizerFolder, maxTokens }, 1);
    const texts = ["It broke.", "Where is my parcel, please?", "a", `${"many words ".repeat(100)}`];
    const rows = await pool.run(texts);
    await pool.dispose();
    for (const { folder: path, offset, width: own, manifest } of group.members) {
      expect([own, manifest.outOfScope]).toEqual([manifest.labels.length + 1, expect.anything()]);
      const { runner } = await loadFolder(path, { workers: 1 });
      const wanted = await runner.run(texts); // logits and the in_scope score
      await runner.dispose();
      texts.forEach((_, i) => {
        const found = rows.slice(i * width + offset, i * width + offset + own);
        expect(largestDifference(found, wanted.subarray(i * own, (i + 1) * own))).toBeLessThan(tolerance);
      });
    }
    const embedding = rows.subarray(width - embeddingSize, width);
    expect(embedding.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
  });

  it("keeps encoders apart that differ", async () => {
    const groups = await composeGroups({ folders: [at("last"), at("other"), at("last3")] });
    expect(groups.map(({ members }) => members.map(({ name }) => name))).toEqual([["last", "last3"], ["other"]]);
  });

  it("computes in integers where it is told to, nearly the same, and keeps the embeddings apart", async () => {
    const texts = ["It broke.", "Where is my parcel, please?", "lovely"];
    const [float, int8] = await Promise.all(
      (["float32", "int8"] as const).map(async (arithmetic) => {
        const [group] = await composeGroups({ folders: [at("last")], arithmetic });
        const { graph: model, tokenizerFolder, maxTokens } = group;
        const pool = openTextPool({ model, tokenizerFolder, maxTokens }, 1);
        const rows = await pool.run(texts);
        await pool.dispose();
        return { rows, encoderId: group.encoderId };
      }),
    );
    expect(int8.encoderId).not.toBe(float.encoderId);
    const difference = largestDifference(int8.rows, float.rows);
    expect(difference).toBeGreaterThan(tolerance);
    expect(difference).toBeLessThan(0.5); // of logits
  });

  it("gives the same in a thread of its own, and its failures", async () => {
    const [here] = await composeGroups({ folders: [at("last")] });
    const [there] = await composeGroupsAside({ folders: [at("last")] });
    expect(there.id).toBe(here.id);
    expect(Buffer.compare(there.graph, here.graph)).toBe(0);
    await expect(composeGroupsAside({ folders: [at("none")] })).rejects.toThrow("there is no such folder");
  });
});
