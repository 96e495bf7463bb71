import type { Dataset } from "../data/dataset.js";
import { FeatureCache } from "../encoder/cache.js";
import type { Log } from "../log.js";
import type { Engine } from "./engine.js";

/** A labelled text near to another. */
export interface Neighbour {
  text: string;
  labels: readonly string[];
  /** Cosine of the two embeddings. */
  similarity: number;
}

/** Texts encoded at a time. */
const windowSize = 256;

/** Labelled texts with their embeddings. */
export class Examples {
  private constructor(
    readonly dataset: Dataset,
    /** Of the encoder that the embeddings come from. */
    readonly encoderId: string,
    /** [N, D], of unit length */
    readonly embeddings: Float32Array,
  ) {}

  /** @param cacheFolder where embeddings are kept for the next start; null keeps none */
  static async index(dataset: Dataset, engine: Engine, cacheFolder: string | null, log: Log): Promise<Examples> {
    const { encoderId, embeddingSize } = engine.group;
    const cache = cacheFolder === null ? undefined : new FeatureCache(cacheFolder, encoderId, log);
    const { texts } = dataset;
    const embeddings = new Float32Array(texts.length * embeddingSize);
    const bar = log.progress("encoding examples", texts.length);
    try {
      for (let start = 0; start < texts.length; start += windowSize) {
        const window = texts.slice(start, start + windowSize);
        embeddings.set(await embed(window, engine, cache), start * embeddingSize);
        bar.update(start + window.length);
      }
    } finally {
      bar.stop();
      await cache?.close();
    }
    return new Examples(dataset, encoderId, embeddings);
  }

  /** @param embedding [D]. @returns the k nearest texts, nearest first */
  nearest(embedding: Float32Array, k: number): Neighbour[] {
    const { texts, labels } = this.dataset;
    const similarities = Float32Array.from(texts, (_, row) => {
      const start = row * embedding.length;
      let product = 0;
      for (let d = 0; d < embedding.length; d++) product += embedding[d] * this.embeddings[start + d];
      return product;
    });
    const order = [...similarities.keys()].sort((a, b) => similarities[b] - similarities[a] || a - b);
    return order.slice(0, k).map((row) => ({ text: texts[row], labels: labels[row], similarity: similarities[row] }));
  }
}

/** @returns embeddings [B, D], from the cache where it has them all */
async function embed(texts: readonly string[], engine: Engine, cache: FeatureCache | undefined): Promise<Float32Array> {
  const { embeddingSize } = engine.group;
  const found = texts.map((text) => cache?.get(text));
  const missing = texts.filter((_, i) => !found[i]);
  const computed = missing.length > 0 ? engine.embeddingsOf(await engine.batcher.submit(missing)) : new Float32Array(0);
  if (missing.length > 0) cache?.put(missing, computed);
  const result = new Float32Array(texts.length * embeddingSize);
  let next = 0;
  found.forEach((known, i) => {
    result.set(known ?? computed.subarray(next, next + embeddingSize), i * embeddingSize);
    if (!known) next += embeddingSize;
  });
  return result;
}
