import { describe, expect, it, vi } from "vitest";
import { HiddenStates } from "../../src/adapt/hidden-states.js";
import { prepareEncoder, type TailGraphs, tailGraphs } from "../../src/adapt/tail-graphs.js";
import { TailSession } from "../../src/adapt/tail-session.js";
import type { Encoder } from "../../src/encoder/encoder.js";
import { makeNode } from "../../src/onnx/graph.js";
import { hiddenStateOf } from "../../src/onnx/layers.js";
import { cloneModel } from "../../src/onnx/model.js";
import { makeTensor } from "../../src/onnx/tensor.js";
import { largestDifference } from "../encoder/oracle.js";
import { openTiny, texts } from "./tiny.js";

/** float32 sums over rows of another width. */
const tolerance = 2e-5;

/** Embeddings of all texts at once and of each by itself, the gradients of both, and in how many rows all of them lay. */
async function together(encoder: Encoder, graphs: TailGraphs) {
  const { paddingId } = encoder.tokenizer;
  const states = await HiddenStates.compute(graphs.prefix, encoder.tokenize(texts), { paddingId });
  const session = await TailSession.open(graphs, 1);
  const run = vi.spyOn(session.forwardSession, "run");
  const step = async (batch: readonly number[]) => {
    run.mockClear();
    const embeddings = await session.forward(states, batch);
    const rows = run.mock.calls.reduce((sum, [feeds]) => sum + feeds[graphs.cut].dims[0], 0);
    const dE = embeddings.map((_, i) => Math.sin(i + batch[0] * 32));
    await session.backward(dE);
    return { embeddings: [...embeddings], gradients: session.parameters.gradients.slice(), rows };
  };
  await step([0, 1]); // tries whether texts may share rows
  const all = await step([...texts.keys()]);
  const alone: Awaited<ReturnType<typeof step>>[] = [];
  for (const text of texts.keys()) alone.push(await step([text]));
  await session.dispose();
  states.dispose();
  const sum = all.gradients.map((_, i) => alone.reduce((total, { gradients }) => total + gradients[i], 0));
  const largest = sum.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return {
    rows: all.rows,
    embeddings: largestDifference(
      all.embeddings,
      alone.flatMap(({ embeddings }) => embeddings),
    ),
    gradients: largestDifference(all.gradients, sum) / largest,
  };
}

describe("shareRows", () => {
  it.each(["albert", "bert", "distilbert", "electra", "modernbert", "mpnet", "roberta", "xlm-roberta"])(
    "lets texts share rows without knowing of each other: %s",
    async (family) => {
      const encoder = await openTiny(family);
      const trainable = await prepareEncoder(encoder.model, "mean");
      expect(trainable.sharesRows).toBe(true);
      const result = await together(encoder, tailGraphs(trainable, 2));
      expect(result.rows).toBeLessThan(texts.length / 2);
      expect(result.embeddings).toBeLessThan(tolerance);
      expect(result.gradients).toBeLessThan(tolerance);
      await encoder.dispose();
    },
  );

  it("is not done where another operator mixes tokens", async () => {
    const encoder = await openTiny("bert");
    const model = cloneModel(encoder.model);
    const hidden = hiddenStateOf(model);
    const last = model.graph.node.find((node) => node.output.includes(hidden))!;
    last.output = ["before"];
    model.graph.initializer.push(makeTensor("tokens", [1], BigInt64Array.of(1n)));
    model.graph.node.push(makeNode("ReduceSum", ["before", "tokens"], ["sum"], { keepdims: 1 }));
    model.graph.node.push(makeNode("Add", ["before", "sum"], [hidden]));
    const trainable = await prepareEncoder(model, "mean");
    expect(trainable.sharesRows).toBe(true); // as far as can be seen
    expect((await together(encoder, tailGraphs(trainable, 1))).rows).toBe(texts.length);
    await encoder.dispose();
  });

  it("is not done where the first token stands for the text", async () => {
    const encoder = await openTiny("bert");
    expect((await prepareEncoder(encoder.model, "cls")).sharesRows).toBe(false);
    await encoder.dispose();
  });
});
