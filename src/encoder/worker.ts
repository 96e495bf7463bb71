import { move, workerData } from "piscina";
import { gateOf, reportLoaded, whileBusy } from "../runtime/gate.js";
import { type GraphSession, openSession } from "../runtime/onnxruntime.js";
import type { WorkerSetup } from "./pool.js";
import { runTokens, type TokenBatch } from "./token-batch.js";

const setup = workerData as WorkerSetup;
const gate = gateOf(setup.gate);
let session: Promise<GraphSession> | undefined;
reportLoaded(gate);

/** Pads a batch to its longest text and runs it. @returns [B, F]. @throws Error when the gate is closed */
export default function run(batch: TokenBatch): Promise<Float32Array> {
  return whileBusy(gate, async () => {
    session ??= openSession(setup.model, 1);
    return move(await runTokens(await session, batch, setup.paddingId)) as unknown as Float32Array;
  });
}
