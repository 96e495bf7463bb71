import { lengthBatches } from "../encoder/batches.js";
import type { Features } from "../head/linear.js";
import type { RemoteLayers } from "./remote-layers.js";

/** Padded tokens in one run: no more than a batch of training has, so that onnxruntime's memory does not grow for it. */
const embedTokens = 512;

/**
 * Embeddings by the trained layers as they are, in float32, of any number of texts.
 * @param texts indices into the hidden states. @returns [texts, D], in their order.
 */
export async function embed(layers: RemoteLayers, texts: readonly number[]): Promise<Features> {
  let data = new Float32Array(0);
  let size = 0;
  const lengths = texts.map((text) => layers.states.tokens[text].length);
  for (const batch of lengthBatches(lengths, embedTokens)) {
    const embeddings = await layers.embed(batch.map((row) => texts[row]));
    if (size === 0) {
      size = embeddings.length / batch.length;
      data = new Float32Array(texts.length * size);
    }
    batch.forEach((row, i) => {
      data.set(embeddings.subarray(i * size, (i + 1) * size), row * size);
    });
  }
  return { rows: texts.length, size, data };
}
