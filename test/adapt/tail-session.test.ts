import { describe, expect, it } from "vitest";
import { runCost, runTokens } from "../../src/adapt/tail-session.js";
import { cheapestBatches } from "../../src/encoder/cheapest-batches.js";
import { Random } from "../../src/random.js";
import { largestDifference } from "../encoder/oracle.js";
import { type OpenTail, openTail, openTiny, texts } from "./tiny.js";

/** float32 in another order. */
const tolerance = 1e-5;

/** The layers are computed in float32, but in float16 by an encoder that keeps its file's arithmetic. */
const halfTolerance = 1e-3;

const cases = [
  ...["bert", "albert", "modernbert"].map((file) => ({ file, depths: [1, 2, 3] })),
  ...["deberta-v2", "mpnet", "bert/onnx/variants/model_fp16.onnx", "bert/onnx/variants/int8_dq.onnx"].map((file) => ({
    file,
    depths: [2],
  })),
];

function cotangents(length: number): Float32Array {
  const random = new Random(6);
  return Float32Array.from({ length }, () => random.normal());
}

async function gradientsOf({ session, states }: OpenTail, batch: readonly number[], dE: Float32Array) {
  await session.forward(states, batch);
  await session.backward(dE);
  return session.parameters.gradients.slice();
}

describe("TailSession", () => {
  it.each(cases)("embeds as the whole encoder does: $file, last layers $depths apart", async ({ file, depths }) => {
    const encoder = await openTiny(file);
    const { data, size } = await encoder.encode(texts);
    for (const depth of depths) {
      const { session, states, dispose } = await openTail(encoder, depth);
      const batch = [5, 0, 3, 2, 7, 6];
      const embeddings = await session.forward(states, batch);
      expect(embeddings.length).toBe(batch.length * size);
      batch.forEach((text, row) => {
        const own = embeddings.subarray(row * size, (row + 1) * size);
        expect(largestDifference(own, data.subarray(text * size, (text + 1) * size))).toBeLessThan(
          file.includes("fp16") ? halfTolerance : tolerance,
        );
      });
      await dispose();
    }
    await encoder.dispose();
  });

  it.each(["deberta-v2"])(
    // whose texts do not share rows
    "adds up the gradients of its runs to those of the texts one by one: %s",
    async (family) => {
      const encoder = await openTiny(family);
      const tail = await openTail(encoder, 2);
      const batch = [...texts.keys()];
      const lengths = batch.map((text) => tail.states.tokens[text].length);
      expect(cheapestBatches(lengths, runTokens, runCost).length).toBeGreaterThan(1);
      const dE = cotangents(batch.length * 32);
      const together = await gradientsOf(tail, batch, dE);
      const sum = new Float64Array(together.length);
      for (const text of batch) {
        const alone = await gradientsOf(tail, [text], dE.subarray(text * 32, (text + 1) * 32));
        alone.forEach((value, i) => {
          sum[i] += value;
        });
      }
      const largest = Math.max(...sum.map(Math.abs));
      expect(largestDifference(together, sum) / largest).toBeLessThan(tolerance);
      expect(await gradientsOf(tail, batch, dE)).toEqual(together); // nothing of the runs between is left
      await tail.dispose();
      await encoder.dispose();
    },
  );

  it("computes with the weights as they are now, which its gradients foretell", async () => {
    const encoder = await openTiny("bert");
    const tail = await openTail(encoder, 1);
    const { session, states } = tail;
    const batch = [1, 4, 6];
    const dE = cotangents(batch.length * 32);
    const gradients = await gradientsOf(tail, batch, dE);
    const pretrained = session.parameters.weights.slice();
    const step = 1e-3 / Math.hypot(...gradients);
    const valueAt = async (by: number) => {
      session.parameters.weights.set(pretrained.map((weight, i) => weight + by * gradients[i]));
      return (await session.forward(states, batch)).reduce((sum, value, i) => sum + value * dE[i], 0);
    };
    const slope = ((await valueAt(step)) - (await valueAt(-step))) / (2 * step);
    const wanted = gradients.reduce((sum, value) => sum + value * value, 0);
    expect(Math.abs(slope / wanted - 1)).toBeLessThan(0.01); // float32 losses: differences keep two digits
    await tail.dispose();
    await encoder.dispose();
  });
});
