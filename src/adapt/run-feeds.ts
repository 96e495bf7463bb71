import type { NamedTensor } from "../runtime/onnxruntime.js";
import type { HiddenStates } from "./hidden-states.js";
import type { PackedRun } from "./pack-rows.js";
import { SEGMENTS } from "./share-rows.js";

/** The encoder's inputs and the hidden states of a run, padded on the right. Padding counts as part of the last text of its row. */
export function runFeeds(
  states: HiddenStates,
  texts: readonly number[],
  { width, rows }: PackedRun,
  cut: string,
): Record<string, NamedTensor> {
  const dims = [rows.length, width];
  const count = rows.length * width;
  const ids = new BigInt64Array(count).fill(BigInt(states.paddingId));
  const mask = new BigInt64Array(count);
  const segments = new BigInt64Array(count);
  const positions = BigInt64Array.from(mask, (_, i) => BigInt(i % width));
  let hidden = new Float32Array(0);
  let size = 0;
  for (const [row, inRow] of rows.entries()) {
    let at = row * width;
    for (const [segment, i] of inRow.entries()) {
      const known = states.tokens[texts[i]];
      for (const [t, id] of known.entries()) ids[at + t] = BigInt(id);
      mask.fill(1n, at, at + known.length);
      segments.fill(BigInt(segment), at, (row + 1) * width);
      const values = states.get(texts[i]);
      if (hidden.length === 0) {
        size = values.length / known.length;
        hidden = new Float32Array(count * size);
      }
      hidden.set(values, at * size);
      at += known.length;
    }
  }
  return {
    input_ids: { data: ids, dims },
    attention_mask: { data: mask, dims },
    token_type_ids: { data: new BigInt64Array(count), dims },
    position_ids: { data: positions, dims },
    [SEGMENTS]: { data: segments, dims },
    [cut]: { data: hidden, dims: [...dims, size] },
  };
}
