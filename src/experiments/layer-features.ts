import type { Encoder } from "../encoder/encoder.js";
import { openTextRunner } from "../encoder/text-runner.js";
import type { Features } from "../head/linear.js";
import { appendPooling } from "../onnx/compose.js";
import { findLayers, hiddenStateOf } from "../onnx/layers.js";
import { cloneModel, encodeModel } from "../onnx/model.js";
import { throughput } from "./throughput.js";

/** What every layer makes of some texts. */
export interface LayerFeatures {
  /** [L], the first for what leaves layer 1; rows of unit length. */
  layers: Features[];
  /** With all workers warm and busy: what many texts of these lengths would take. */
  textsPerSecond: number;
  /** Of the encoder as it is stored. */
  megabytes: number;
}

/** The pooled hidden states behind each layer, of all texts in one pass. @param texts distinct, N. */
export async function layerFeatures(
  encoder: Encoder,
  texts: readonly string[],
  onProgress?: (done: number) => void,
): Promise<LayerFeatures> {
  const model = cloneModel(encoder.model);
  const { inputs, output } = findLayers(model, hiddenStateOf(model));
  const states = [...inputs.slice(1), output];
  appendPooling(model, states, encoder.pooling);
  const runner = openTextRunner(encodeModel(model), encoder.tokenizer, { maxTokens: encoder.maxTokens });
  try {
    const all = await runner.run(texts, { onProgress });
    const textsPerSecond = await throughput(encoder, texts, (given) => runner.run(given));
    const size = all.length / texts.length / states.length;
    const layers = states.map((_, layer) => part(all, texts.length, size, layer, states.length));
    return { layers, textsPerSecond, megabytes: encodeModel(encoder.model).length / 1e6 };
  } finally {
    await runner.dispose();
  }
}

function part(all: Float32Array, rows: number, size: number, which: number, parts: number): Features {
  const data = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const start = (row * parts + which) * size;
    data.set(all.subarray(start, start + size), row * size);
  }
  return { rows, size, data };
}
