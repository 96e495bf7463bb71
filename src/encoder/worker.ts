import { move, workerData } from "piscina";
import { type GraphSession, openSession } from "../runtime/onnxruntime.js";
import { gateOf, reportLoaded, whileBusy } from "./gate.js";

/** What a worker is started with. */
export interface WorkerSetup {
  /** Path or bytes of an ONNX graph whose first output is [B, F]. */
  model: string | Uint8Array;
  threads: number;
  paddingId: number;
  /** See `gateOf`. */
  gate: SharedArrayBuffer;
}

/** B texts as token ids, one behind the other. */
export interface TokenBatch {
  ids: Int32Array;
  /** [B], in tokens; their sum is the length of `ids`. */
  lengths: Int32Array;
}

const setup = workerData as WorkerSetup;
const gate = gateOf(setup.gate);
let session: Promise<GraphSession> | undefined;
reportLoaded(gate);

/** Pads a batch to its longest text and runs it. @returns [B, F]. @throws Error when the gate is closed */
export default function run(batch: TokenBatch): Promise<Float32Array> {
  return whileBusy(gate, () => runBatch(batch));
}

async function runBatch(batch: TokenBatch): Promise<Float32Array> {
  session ??= openSession(setup.model, setup.threads);
  const { inputs, run: runGraph } = await session;
  const rows = batch.lengths.length;
  const tokens = Math.max(...batch.lengths);
  const feeds: Record<string, BigInt64Array> = {};
  for (const name of inputs) feeds[name] = new BigInt64Array(rows * tokens);
  fillFeeds(feeds, batch, tokens);
  const output = await runGraph(feeds, [rows, tokens]);
  return move(output) as unknown as Float32Array;
}

/** Ids and mask as [B, T], padded on the right; `token_type_ids` stay 0, `position_ids` count up. */
function fillFeeds(feeds: Record<string, BigInt64Array>, batch: TokenBatch, tokens: number): void {
  const { input_ids: ids, attention_mask: mask, position_ids: positions } = feeds;
  ids.fill(BigInt(setup.paddingId));
  let at = 0;
  batch.lengths.forEach((length, row) => {
    for (let t = 0; t < length; t++) ids[row * tokens + t] = BigInt(batch.ids[at++]);
    mask?.fill(1n, row * tokens, row * tokens + length);
    for (let t = 0; positions && t < tokens; t++) positions[row * tokens + t] = BigInt(t);
  });
}
