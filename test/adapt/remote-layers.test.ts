import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LayerTraining, type Update } from "../../src/adapt/layer-training.js";
import { layoutOf } from "../../src/adapt/parameters.js";
import { RemoteLayers } from "../../src/adapt/remote-layers.js";
import type { Encoder } from "../../src/encoder/encoder.js";
import { type OpenTail, openTail, openTiny, texts } from "./tiny.js";

let encoder: Encoder;
let tail: OpenTail;
let near: LayerTraining;
let far: RemoteLayers;
const batch = [5, 0, 3, 2];

beforeAll(async () => {
  encoder = await openTiny("bert");
  tail = await openTail(encoder, 2);
  near = new LayerTraining(tail.session, tail.states);
  far = new RemoteLayers(tail.graphs, tail.states, 1);
});

afterAll(async () => {
  await far.dispose();
  await tail.dispose();
  await encoder.dispose();
});

/** One group of all weights. */
function howTo(changes: Partial<Update> = {}): Update {
  const end = far.layout.at(-1)!.end;
  const groups = [{ start: 0, end, rate: 1e-2, weightDecay: 0, step: 1 }];
  return { groups, clipNorm: 1, pull: 0, ...changes };
}

function cotangents(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(i));
}

describe("RemoteLayers", () => {
  it("embeds, steps and looks as the layers do in this thread, to the bit", async () => {
    for (const how of [howTo(), howTo({ pull: 0.1 }), howTo({ clipNorm: 1e-3 })]) {
      const embeddings = await far.forward(batch);
      expect(embeddings).toEqual(await near.forward(batch));
      const dE = cotangents(embeddings.length);
      await Promise.all([far.update(dE, how), near.update(dE, how)]);
      expect(await far.arrays()).toEqual(near.arrays);
    }
    expect(await far.embed([...texts.keys()])).toEqual(await near.embed([...texts.keys()]));
  });

  it("takes on weights part of the way from the pretrained ones, and goes back to those in training", async () => {
    const [trained] = await far.arrays();
    const pretrained = new Float32Array(trained.length);
    for (const { name, start } of layoutOf(tail.graphs.weights))
      pretrained.set(tail.graphs.weights.get(name)!.data, start);
    expect(pretrained).not.toEqual(trained);
    expect(await far.blend(0)).toEqual(pretrained);
    const embeddings = await far.embed(batch);
    await far.resume();
    expect(await far.blend(1)).toEqual(trained);
    await far.resume();
    const half = await far.blend(0.5);
    half.forEach((value, i) => {
      expect(value).toBeCloseTo((trained[i] + pretrained[i]) / 2, 6);
    });
    await far.resume();
    expect((await far.arrays())[0]).toEqual(trained);
    expect(await far.embed(batch)).not.toEqual(embeddings);
  });

  it("goes on from arrays that were taken before", async () => {
    const kept = await far.arrays();
    const dE = cotangents((await far.forward(batch)).length);
    await far.update(dE, howTo());
    const after = await far.arrays();
    expect(after).not.toEqual(kept);
    await far.restore(kept);
    await far.forward(batch);
    await far.update(dE, howTo());
    expect(await far.arrays()).toEqual(after);
  });
});
