import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adaptEncoder } from "../../src/adapt/adapt.js";
import { FrozenLayers } from "../../src/adapt/frozen-layers.js";
import type { Encoder } from "../../src/encoder/encoder.js";
import type { Targets } from "../../src/head/linear.js";
import { type Log, silentLog } from "../../src/log.js";
import { encodeModel } from "../../src/onnx/model.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";
import { fast } from "./eight-texts.js";
import { openTiny, texts } from "./tiny.js";

let encoder: Encoder;
let folder: string;
const usualFolder = process.env.TMPDIR;
beforeAll(async () => {
  encoder = await openTiny("bert");
  folder = mkdtempSync(join(tmpdir(), "headstart-frozen-layers-"));
  process.env.TMPDIR = folder;
});
afterAll(async () => {
  if (usualFolder === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usualFolder;
  rmSync(folder, { recursive: true });
  await encoder.dispose();
});

/** Hidden states that lie in files. */
const kept = () => readdirSync(folder).filter((name) => name.startsWith("headstart-hidden-states-"));

/** Counts the texts that went through frozen layers. */
function counting() {
  const counted = { texts: 0 };
  const log: Log = {
    ...silentLog,
    progress: (_, total) => {
      counted.texts += total;
      return { update: () => {}, stop: () => {} };
    },
  };
  return { counted, log };
}

describe("FrozenLayers", () => {
  it("computes each text once for all trainings of a depth, in front of the last layer and of the last two", async () => {
    const { counted, log } = counting();
    const layers = new FrozenLayers(encoder, texts);
    const first = await layers.states(1, texts.slice(0, 3), log);
    const second = await layers.states(1, [texts[2], texts[5]], log);
    expect(counted.texts).toBe(texts.length);
    expect(second.get(0)).toEqual(first.get(2));
    expect(second.tokens).toEqual(encoder.tokenize([texts[2], texts[5]]));
    await layers.states(2, texts.slice(4), log);
    await layers.states(2, texts.slice(0, 2), log);
    expect(counted.texts).toBe(2 * texts.length);
    layers.dispose();
  });

  it("computes by itself what it was not told of, and what only has words looked up in front", async () => {
    const { counted, log } = counting();
    const layers = new FrozenLayers(encoder, texts);
    const before = await layers.states(1, ["another text"], log);
    await layers.states(1, texts.slice(0, 2), log);
    const behind = await layers.states(1, ["another text"], log);
    expect(behind.get(0)).toEqual(before.get(0));
    await layers.states(3, texts.slice(0, 2), log);
    await layers.states(3, texts.slice(0, 2), log);
    expect(counted.texts).toBe(1 + texts.length + 1 + 2 + 2);
    layers.dispose();
  });

  it("keeps to its budget over all depths, and removes what lies in files", async () => {
    const whole = new FrozenLayers(encoder, texts);
    const inMemory = await whole.states(1, texts, silentLog);
    expect(kept()).toEqual([]);
    const layers = new FrozenLayers(encoder, texts, inMemory.bytesInMemory + 1);
    await layers.states(1, texts, silentLog);
    expect(kept()).toEqual([]);
    const spilled = await layers.states(2, [texts[3], texts[1]], silentLog);
    expect(kept()).toHaveLength(1);
    const known = await whole.states(2, [texts[3], texts[1]], silentLog);
    for (const text of [0, 1]) expect(spilled.get(text)).toEqual(known.get(text));
    spilled.dispose();
    expect(kept()).toHaveLength(1);
    layers.dispose();
    whole.dispose();
    expect(kept()).toEqual([]);
  });

  it("leads every training to the weights that it has by itself", async () => {
    const tensorflow = await loadTensorflow({ backend: "wasm" });
    const targets: Targets = { kind: "single-label", classes: 2, labels: Int32Array.from(texts, (_, i) => i % 2) };
    const trained = async (frozenLayers?: FrozenLayers) => {
      const options = { depth: 1, recipe: { ...fast, steps: 3 }, random: new Random(1), threads: 1, frozenLayers };
      const { model, losses } = await adaptEncoder(tensorflow, encoder, texts, targets, options);
      return { losses, bytes: encodeModel(model) };
    };
    const alone = await trained();
    const shared = new FrozenLayers(encoder, texts);
    for (const again of [await trained(shared), await trained(shared)]) {
      expect(again.losses).toEqual(alone.losses);
      expect(Buffer.compare(again.bytes, alone.bytes)).toBe(0);
    }
    shared.dispose();
  });
});
