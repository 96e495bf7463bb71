import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Encoder, lastOf } from "../../src/encoder/encoder.js";
import { encoders, largestDifference, oracles, variants } from "./oracle.js";

/** float32 arithmetic against PyTorch's float64; the largest seen over the families is 2e-7. */
const floatTolerance = 1e-5;
/** The tiny model's weights are rounded to 8 bits (files `*quantized*`, `*_dq`) or 11 (fp16). */
const roundedTolerance = 2e-2;

async function embed(file: string, texts: string[], options: Parameters<typeof Encoder.open>[1] = {}) {
  const encoder = await Encoder.open(encoders + file, { dtype: "source", cacheFolder: null, workers: 1, ...options });
  try {
    return await encoder.encode(texts);
  } finally {
    await encoder.dispose();
  }
}

describe("Encoder", () => {
  it.each(Object.keys(oracles))("gives PyTorch's embeddings for %s, mean and first token", async (family) => {
    const { texts, embeddings } = oracles[family];
    for (const pooling of ["mean", "cls"] as const) {
      const features = await embed(family, texts, { pooling });
      expect(largestDifference(features.data, embeddings[pooling])).toBeLessThan(floatTolerance);
    }
  });

  it.each(variants)("gives PyTorch's embeddings for $file", async ({ family, file }) => {
    const { texts, embeddings } = oracles[family];
    const rounded = /dq|quantized|fp16/.test(file);
    const features = await embed(file, texts);
    expect(largestDifference(features.data, embeddings.mean)).toBeLessThan(rounded ? roundedTolerance : floatTolerance);
  });

  it.each(["bert/onnx/variants/model_quantized.onnx", "bert/onnx/variants/int8_dq.onnx", "bert"])(
    "gives a text of %s the same embedding whatever its batch",
    async (file) => {
      const { texts } = oracles.bert;
      const together = await embed(file, texts, { dtype: "int8" });
      const alone = await Promise.all(texts.map(async (text) => (await embed(file, [text], { dtype: "int8" })).data));
      alone.forEach((row, i) => {
        const size = together.size;
        expect(largestDifference(row, together.data.subarray(i * size, (i + 1) * size))).toBeLessThan(1e-6);
      });
    },
  );

  it.each(["bert/onnx/variants/model_quantized.onnx", "bert/onnx/variants/model_fp16.onnx", "bert"])(
    "computes with %s what it did when its weights are stored as float32",
    async (file) => {
      const { texts } = oracles.bert;
      const [stored, source] = [await embed(file, texts, { dtype: "fp32" }), await embed(file, texts)];
      // Of a graph that computes in float16, the arithmetic changes as well.
      expect(largestDifference(stored.data, source.data)).toBeLessThan(file.includes("fp16") ? 1e-3 : 1e-6);
    },
  );

  it("puts the last layer last among three", async () => {
    const { texts, embeddings } = oracles.modernbert;
    const features = await embed("modernbert", texts, { features: "last3" });
    expect(features.size).toBe(96);
    expect(largestDifference(lastOf(features).data, embeddings.mean)).toBeLessThan(floatTolerance);
  });

  it("takes the maximum over a text's own tokens", async () => {
    const texts = oracles.bert.texts.slice(0, 2);
    const together = await embed("bert", texts, { pooling: "max" });
    const alone = await embed("bert", [texts[0]], { pooling: "max" });
    expect(largestDifference(together.data.subarray(0, 32), alone.data)).toBeLessThan(1e-6);
  });

  it("encodes no text twice, also in a later run and under two at once", async () => {
    const cacheFolder = await mkdtemp(join(tmpdir(), "headstart-cache-"));
    const { texts } = oracles.bert;
    const [first, second] = await Promise.all([0, 1].map(() => embed("bert", texts, { cacheFolder })));
    expect(second.data).toEqual(first.data);
    const encoder = await Encoder.open(`${encoders}bert`, { dtype: "source", cacheFolder, workers: 1 });
    const seen: number[] = [];
    const again = await encoder.encode([...texts, texts[0]], (done) => seen.push(done));
    await encoder.dispose();
    expect(seen).toEqual([]);
    expect(again.data.subarray(0, first.data.length)).toEqual(first.data);
    expect(again.data.subarray(first.data.length)).toEqual(first.data.subarray(0, first.size));
  });

  it("counts the texts that it cuts", async () => {
    const encoder = await Encoder.open(`${encoders}bert`, { cacheFolder: null, workers: 1, maxTokens: 8 });
    await encoder.encode(["a", oracles.bert.texts.join(" ")]);
    await encoder.dispose();
    expect(encoder.truncated).toBe(1);
  });

  it.each([
    ["./nowhere", /no such file or folder/],
    [`${encoders}`, /no config\.json/],
    [`${encoders}bert/tokenizer.json`, /not a complete ONNX file/],
  ])("refuses %s with what it needs", async (name, message) => {
    await expect(Encoder.open(name, { cacheFolder: null })).rejects.toThrow(message);
  });
});
