import { describe, expect, it } from "vitest";
import { Encoder } from "../../src/encoder/encoder.js";
import { type CompareOptions, type CompareSetup, runComparison } from "../../src/experiments/compare.js";
import { layerFeatures } from "../../src/experiments/layer-features.js";
import { silentLog } from "../../src/log.js";
import { compareText } from "../../src/report/compare-text.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";
import { openTiny, texts } from "../adapt/tiny.js";
import { largestDifference } from "../encoder/oracle.js";
import { demonstration, manifest } from "./demonstration.js";

const options: CompareOptions = { draws: 2, rows: 80, seed: 1 };

async function setupOf(...names: string[]): Promise<CompareSetup> {
  const open = (name: string) =>
    name === "headstart-mini" ? Encoder.open(name, { cacheFolder: null }) : openTiny(name, { features: "last" });
  return { tensorflow: await loadTensorflow(), log: silentLog, names, open };
}

describe("layerFeatures", () => {
  it("gives every layer, the last as the encoder itself does", async () => {
    const encoder = await openTiny("bert");
    const { layers } = await layerFeatures(encoder, texts);
    expect(layers).toHaveLength(3);
    expect(largestDifference(layers[2].data, (await encoder.encode(texts)).data)).toBeLessThan(1e-5);
    expect(largestDifference(layers[1].data, layers[2].data)).toBeGreaterThan(0.01);
    await encoder.dispose();
  });
});

describe("runComparison", () => {
  it("recommends a pretrained encoder before random ones", async () => {
    const data = await demonstration("reviews");
    const setup = await setupOf("bert", "headstart-mini");
    const { result, failed } = await runComparison(data, setup, options, { manifest });
    expect(failed).toEqual([]);
    expect(result.recommendation.best).toBe("headstart-mini");
    expect(result.layers).toHaveLength(3 + 6);
    const last = (encoder: string) => result.layers.find((one) => one.encoder === encoder && one.layer === one.layers)!;
    for (const metric of ["hScore", "neighbours", "probeAccuracy"] as const) {
      expect(last("headstart-mini").scores[metric].mean).toBeGreaterThan(last("bert").scores[metric].mean);
    }
    expect(result.encoders[1].behind!.difference).toBeLessThan(0);
    expect(result.agreements.map(({ tau }) => Number.isFinite(tau))).not.toContain(false);
    expect(compareText(result)).toContain("Take headstart-mini");
  });

  it("trains on rows that it never scores", async () => {
    const data = await demonstration("reviews");
    const pool = new Set(data.texts);
    for (const text of data.testTexts) expect(pool.has(text)).toBe(false);
  });
});
