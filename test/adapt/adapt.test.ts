import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AdaptOptions } from "../../src/adapt/adapt.js";
import type { Recipe } from "../../src/adapt/recipe.js";
import type { Encoder, Features } from "../../src/encoder/encoder.js";
import { logLoss } from "../../src/head/calibration.js";
import { fitHead } from "../../src/head/fit.js";
import { headLogits, type Targets } from "../../src/head/linear.js";
import { encodeModel } from "../../src/onnx/model.js";
import type { ModelProto } from "../../src/onnx/schema.js";
import { Random } from "../../src/random.js";
import { accuracyOf } from "../../src/train/select.js";
import { largestDifference } from "../encoder/oracle.js";
import { adaptToEight, changes, distance, eight, fast, labels, sameBytes, sets, short, wasm } from "./eight-texts.js";
import { openTiny } from "./tiny.js";

let encoder: Encoder;

beforeAll(async () => {
  encoder = await openTiny("bert");
});

afterAll(() => encoder.dispose());

function adapt(recipe: Recipe, options: Partial<AdaptOptions> = {}, targets = labels) {
  return adaptToEight(encoder, recipe, options, targets);
}

async function featuresOf(model: ModelProto): Promise<Features> {
  const adapted = await encoder.withModel(model, "last");
  const features = await adapted.encode(eight);
  await adapted.dispose();
  return features;
}

/** Share of right answers of a head on the features that it was fitted on. */
async function accuracyOn(features: Features, targets: Targets): Promise<number> {
  const { head } = await fitHead(wasm, features, targets, { C: 1 });
  return accuracyOf(targets, headLogits(head, features));
}

/** Largest change of any weight whose name holds `part`. */
function change(model: ModelProto, part: string): number {
  return Math.max(...changes(encoder.model, model, part).map(Math.abs));
}

function wayFromPretrained(model: ModelProto): number {
  return distance(encoder.model, model);
}

/** Of the contrastive loss, where a text has three others of its label that it cannot tell apart. */
const leastContrastive = Math.log(3);

describe("adaptEncoder", () => {
  it.each<[string, Recipe["loss"], Targets, number]>([
    ["cosine pairs", { cosinePairs: 1 }, labels, 0],
    ["a ranking loss", { ranking: 1 }, labels, 0],
    ["a contrastive loss", { contrastive: 1 }, labels, leastContrastive],
    ["cross-entropy behind a probe", { crossEntropy: 1 }, labels, 0],
    ["cosine pairs of sets", { cosinePairs: 1 }, sets, 0],
    ["cross-entropy of sets", { crossEntropy: 1 }, sets, 0],
  ])("learns eight texts by heart with %s", async (_, loss, targets, least) => {
    const frozen = await encoder.encode(eight);
    const { head: probe } = await fitHead(wasm, frozen, targets, { C: 1 });
    const { losses, model } = await adapt({ ...fast, loss, headRate: 0.1 }, { depth: 3, probe }, targets);
    expect(losses.length).toBe(fast.steps);
    expect(losses[0]).toBeGreaterThan(least + 0.3);
    expect(losses.at(-1)).toBeLessThan(least + 0.05);
    expect(await accuracyOn(frozen, targets)).toBeLessThan(1);
    expect(await accuracyOn(await featuresOf(model), targets)).toBe(1);
  });

  it("starts with cross-entropy where the probe is", async () => {
    const frozen = await encoder.encode(eight);
    const { head: probe } = await fitHead(wasm, frozen, labels, { C: 100 });
    const given = probe.weights.slice();
    const wanted = logLoss(labels, headLogits(probe, frozen));
    const { losses } = await adapt({ ...short, batchSize: 8, loss: { crossEntropy: 1 } }, { probe });
    expect(losses[0]).toBeCloseTo(wanted, 4);
    expect(probe.weights).toEqual(given); // trained along on a copy
  });

  it("gives the same weights to the bit for the same seed, and others for another", async () => {
    const [first, again, other] = [
      await adapt(short),
      await adapt(short),
      await adapt(short, { random: new Random(4) }),
    ];
    expect(again.losses).toEqual(first.losses);
    expect(sameBytes(again.model, first.model)).toBe(true);
    expect(sameBytes(other.model, first.model)).toBe(false);
  });

  it("trains the last layers alone, and leaves the encoder as it was", async () => {
    const before = encodeModel(encoder.model);
    const { model } = await adapt(short, { depth: 1 });
    expect(change(model, "layer.2")).toBeGreaterThan(1e-4);
    expect(change(model, "layer.1")).toBe(0);
    expect(change(model, "embeddings")).toBe(0);
    expect(Buffer.compare(encodeModel(encoder.model), before)).toBe(0);
  });

  it("unfreezes layer by layer, from the last one on", async () => {
    const gradual: Recipe = { ...short, steps: 6, unfreeze: 1 };
    const after = async (stopAfter: number) => (await adapt(gradual, { depth: 3, stopAfter })).model;
    const changes = async (stopAfter: number) => {
      const model = await after(stopAfter);
      return [0, 1, 2].map((layer) => change(model, `layer.${layer}`) > 0);
    };
    expect(await changes(2)).toEqual([false, false, true]);
    expect(await changes(4)).toEqual([false, true, true]);
    expect(await changes(6)).toEqual([true, true, true]);
  });

  it("changes lower layers less with a layer decay", async () => {
    // The first step of AdamW has the size of the rate, whatever the gradient.
    const first: Recipe = { ...short, warmUp: 0, layerDecay: 0.5 };
    const { model } = await adapt(first, { depth: 3, stopAfter: 1 });
    const sizes = [2, 1, 0].map((layer) => change(model, `layer.${layer}`) / first.learningRate);
    for (const [below, size] of sizes.entries()) expect(size).toBeCloseTo(0.5 ** below, 2);
  });

  it("scales gradients down to the norm that they may have", async () => {
    // Adam takes no notice of the size of gradients, unless they are far below its epsilon of 1e-8.
    const moved = async (clipNorm: number) =>
      change((await adapt({ ...short, clipNorm }, { stopAfter: 1 })).model, "layer");
    const [free, clipped] = [await moved(1e9), await moved(1e-10)];
    expect(clipped).toBeGreaterThan(0);
    expect(clipped).toBeLessThan(0.05 * free);
  });

  it("stays nearer to the pretrained weights with a pull, and with a blend", async () => {
    const free = wayFromPretrained((await adapt(fast)).model);
    expect(wayFromPretrained((await adapt({ ...fast, pull: 0.3 })).model)).toBeLessThan(0.7 * free);
    expect(wayFromPretrained((await adapt({ ...fast, blend: 0.5 })).model)).toBeCloseTo(0.5 * free, 3);
  });

  it("looks at what was learnt so far without disturbing the training", async () => {
    const recipe: Recipe = { ...short, blend: 0.7 };
    const seen: Features[] = [];
    const look = async (own: Features, others: Features) => {
      seen.push(own, others);
      return [seen.length];
    };
    const at = [{ steps: 2 }, { steps: 6, blend: 0 }, { steps: 6 }];
    const looked = await adapt(recipe, { looking: { at, texts: [eight[3], "another"], look } });
    expect(looked.looks).toEqual([[2], [4], [6]]);
    const [early, , pretrained, , last, others] = seen;
    const { size } = last;
    expect([last.rows, others.rows]).toEqual([8, 2]);
    expect(largestDifference(last.data, (await featuresOf(looked.model)).data)).toBeLessThan(1e-5);
    expect(largestDifference(others.data.subarray(0, size), last.data.subarray(3 * size, 4 * size))).toBeLessThan(1e-5);
    expect(largestDifference(pretrained.data, (await encoder.encode(eight)).data)).toBeLessThan(1e-5);
    expect(largestDifference(early.data, last.data)).toBeGreaterThan(1e-3);
    expect(sameBytes(looked.model, (await adapt(recipe)).model)).toBe(true);
  });

  it("returns the embeddings of the trained layers before anything is rounded", async () => {
    const { sample, model } = await adapt(short);
    expect(sample.rows).toEqual([...eight.keys()]);
    expect(largestDifference(sample.embeddings, (await featuresOf(model)).data)).toBeLessThan(1e-5);
  });
});
