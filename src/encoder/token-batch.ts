import type { GraphSession } from "../runtime/onnxruntime.js";

/** B texts as token ids, one behind the other. */
export interface TokenBatch {
  ids: Int32Array;
  /** [B], in tokens; their sum is the length of `ids`. */
  lengths: Int32Array;
}

export function pack(texts: readonly (readonly number[])[]): TokenBatch {
  const lengths = Int32Array.from(texts, (ids) => ids.length);
  const ids = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const text of texts) {
    ids.set(text, at);
    at += text.length;
  }
  return { ids, lengths };
}

/** Puts the rows of each batch, [B, F], back in the order of the texts, [N, F]. */
export function scatter(batches: readonly number[][], outputs: readonly Float32Array[], rows: number): Float32Array {
  const size = batches.length === 0 ? 0 : outputs[0].length / batches[0].length;
  const result = new Float32Array(rows * size);
  batches.forEach((batch, b) => {
    batch.forEach((row, i) => {
      result.set(outputs[b].subarray(i * size, (i + 1) * size), row * size);
    });
  });
  return result;
}

/** Pads a batch to its longest text and runs it. @returns [B, F]. Blocks the thread. */
export function runTokens(session: GraphSession, batch: TokenBatch, paddingId: number): Promise<Float32Array> {
  const rows = batch.lengths.length;
  const tokens = Math.max(...batch.lengths);
  const feeds: Record<string, BigInt64Array> = {};
  for (const name of session.inputs) feeds[name] = new BigInt64Array(rows * tokens);
  fillFeeds(feeds, batch, tokens, paddingId);
  return session.run(feeds, [rows, tokens]);
}

/** Ids and mask as [B, T], padded on the right; `token_type_ids` stay 0, `position_ids` count up. */
function fillFeeds(feeds: Record<string, BigInt64Array>, batch: TokenBatch, tokens: number, paddingId: number): void {
  const { input_ids: ids, attention_mask: mask, position_ids: positions } = feeds;
  ids.fill(BigInt(paddingId));
  let at = 0;
  batch.lengths.forEach((length, row) => {
    for (let t = 0; t < length; t++) ids[row * tokens + t] = BigInt(batch.ids[at++]);
    mask?.fill(1n, row * tokens, row * tokens + length);
    for (let t = 0; positions && t < tokens; t++) positions[row * tokens + t] = BigInt(t);
  });
}
