import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HiddenStates } from "../../src/adapt/hidden-states.js";
import { prepareEncoder, type TailGraphs, tailGraphs } from "../../src/adapt/tail-graphs.js";
import type { Encoder } from "../../src/encoder/encoder.js";
import { encodeModel } from "../../src/onnx/model.js";
import { openTensorSession } from "../../src/runtime/onnxruntime.js";
import { largestDifference } from "../encoder/oracle.js";
import { openTiny, texts } from "./tiny.js";

/** float32 sums over batches of another shape. */
const tolerance = 1e-5;

let encoder: Encoder;
let graphs: TailGraphs;
let tokens: number[][];
let folder: string;
const usualFolder = process.env.TMPDIR;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-states-"));
  process.env.TMPDIR = folder;
  encoder = await openTiny("bert");
  graphs = tailGraphs(await prepareEncoder(encoder.model, "mean"), 2);
  tokens = encoder.tokenize(texts);
});

afterAll(async () => {
  if (usualFolder === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usualFolder;
  rmSync(folder, { recursive: true });
  await encoder.dispose();
});

/** What is kept in the folder for temporary files. */
function kept(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith("headstart-hidden-states-"));
}

function compute(options: { budgetBytes?: number; onProgress?: (done: number) => void } = {}) {
  return HiddenStates.compute(graphs.prefix, tokens, { paddingId: encoder.tokenizer.paddingId, ...options });
}

describe("HiddenStates", () => {
  it("holds what the whole encoder computes at the cut, for each text by itself", async () => {
    const states = await compute();
    const { graph } = encoder.model;
    const open = { ...encoder.model, graph: { ...graph, output: [{ name: graphs.cut }] } };
    const session = await openTensorSession(encodeModel(open), 1);
    for (const [text, ids] of tokens.entries()) {
      const dims = [1, ids.length];
      const filled = (value: bigint) => ({ data: new BigInt64Array(ids.length).fill(value), dims });
      const feeds = { attention_mask: filled(1n), token_type_ids: filled(0n) };
      const known = await session.run({ ...feeds, input_ids: { data: BigInt64Array.from(ids, BigInt), dims } });
      expect(largestDifference(states.get(text), known[graphs.cut].data as Float32Array)).toBeLessThan(tolerance);
    }
    await session.dispose();
    states.dispose();
  });

  it.each([
    ["all of them", 0],
    ["those that are too many", 6000],
  ])("gives the same values when it keeps %s in a file, and removes the file", async (_, budgetBytes) => {
    const inMemory = await compute();
    expect(kept()).toEqual([]);
    const spilled = await compute({ budgetBytes });
    expect(kept().length).toBe(1);
    for (const text of texts.keys()) expect(spilled.get(text)).toEqual(inMemory.get(text));
    expect(spilled.get(3)).toEqual(spilled.get(3));
    spilled.dispose();
    spilled.dispose();
    expect(kept()).toEqual([]);
    inMemory.dispose();
  });

  it("tells how many texts are done, up to all", async () => {
    const seen: number[] = [];
    (await compute({ onProgress: (done) => seen.push(done) })).dispose();
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(texts.length);
  });

  it("leaves no file behind when it fails", async () => {
    const { prefix } = graphs;
    const empty = { ...prefix, graph: { ...prefix.graph, node: [] } };
    const broken = HiddenStates.compute(empty, tokens, { paddingId: 0, budgetBytes: 0 });
    await expect(broken).rejects.toThrow();
    const stop = () => {
      if (kept().length > 0) throw new Error("stopped");
    };
    await expect(compute({ budgetBytes: 0, onProgress: stop })).rejects.toThrow("stopped");
    expect(kept()).toEqual([]);
  });

  it("fails with the error of a batch, while the process lives and another batch is under way", async () => {
    const unknown = [...Array<number>(29).fill(1), 10_000_000];
    const others = Array.from({ length: 4000 }, () => Array<number>(29).fill(1));
    const broken = HiddenStates.compute(graphs.prefix, [unknown, ...others], { paddingId: 0 });
    await expect(broken).rejects.toThrow("out of data bounds");
    await new Promise((resolve) => setTimeout(resolve, 200)); // for an answer that comes late
  });
});
