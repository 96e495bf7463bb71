import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Adapted, AdaptOptions } from "../../src/adapt/adapt.js";
import type { Recipe } from "../../src/adapt/recipe.js";
import type { Encoder } from "../../src/encoder/encoder.js";
import { fitHead } from "../../src/head/fit.js";
import type { Features, LinearHead, Targets } from "../../src/head/linear.js";
import { type Log, silentLog } from "../../src/log.js";
import { Random } from "../../src/random.js";
import { adaptToEight, eight, labels, sameBytes, short, wasm } from "./eight-texts.js";
import { openTiny } from "./tiny.js";

const full: Recipe = { ...short, loss: { cosinePairs: 1, crossEntropy: 0.5 }, pull: 0.01, blend: 0.9, unfreeze: 0.5 };

let encoder: Encoder;
let folder: string;
let probe: LinearHead;
let whole: Adapted;

beforeAll(async () => {
  encoder = await openTiny("bert");
  folder = mkdtempSync(join(tmpdir(), "headstart-resume-"));
  probe = (await fitHead(wasm, await encoder.encode(eight), labels, { C: 1 })).head;
  whole = await adapt(full);
});

afterAll(async () => {
  await encoder.dispose();
  rmSync(folder, { recursive: true });
});

function adapt(recipe: Recipe, options: Partial<AdaptOptions> = {}, targets = labels): Promise<Adapted> {
  return adaptToEight(encoder, recipe, { probe, ...options }, targets);
}

/** Calls back after each step. */
function logOf(onStep: (done: number) => void): Log {
  return { ...silentLog, progress: (title) => ({ update: title === "adapting" ? onStep : () => {}, stop() {} }) };
}

/** Ends the run with an error in a step. */
function killedIn(step: number): Log {
  return logOf((done) => {
    if (done === step) throw new Error("killed");
  });
}

function everyStep(resume: boolean, context?: string) {
  return { folder, resume, everyMs: 0, context };
}

/** The step that a run starts with, when it is told to go on. */
async function firstStep(recipe: Recipe, changed: Partial<AdaptOptions> = {}, targets = labels): Promise<number> {
  const steps: number[] = [];
  const log = logOf((done) => steps.push(done));
  const { checkpoint } = await adapt(recipe, { log, checkpoints: everyStep(true, "a"), ...changed }, targets);
  if (steps[0] === 1) await checkpoint?.remove();
  return steps[0];
}

describe("adaptEncoder, killed and resumed", () => {
  it.each([1, 3, 6])("ends with the same bits as an uninterrupted run, when killed in step %d", async (step) => {
    const told: string[] = [];
    const log = { ...silentLog, info: (line: string) => told.push(line) };
    await expect(adapt(full, { log: killedIn(step), checkpoints: everyStep(false) })).rejects.toThrow("killed");
    const resumed = await adapt(full, { log, checkpoints: everyStep(true) });
    const nothing = "nothing is kept of this training: it starts from the beginning";
    expect(told).toEqual([step === 1 ? nothing : `going on behind step ${step - 1} of 6`]);
    expect(resumed.losses).toEqual(whole.losses);
    expect(sameBytes(resumed.model, whole.model)).toBe(true);
    expect(resumed.sample).toEqual(whole.sample);
    await resumed.checkpoint!.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("trains all the same where nothing can be kept, and says so once", async () => {
    const file = join(folder, "a file");
    writeFileSync(file, "");
    const warned: string[] = [];
    const log = { ...silentLog, warn: (line: string) => warned.push(line) };
    const { model } = await adapt(full, { log, checkpoints: { folder: file, resume: false, everyMs: 0 } });
    expect(sameBytes(model, whole.model)).toBe(true);
    expect(warned).toEqual([expect.stringMatching(/^this training cannot be gone on with .*a file: E/)]);
    rmSync(file);
  });

  it("does not look again where it has looked", async () => {
    let looks = 0;
    const look = async (own: Features) => [++looks, own.data[0]];
    const options = {
      looking: { at: [{ steps: 2 }, { steps: 4 }], texts: ["another"], look },
      checkpoints: everyStep(true),
    };
    await expect(adapt(full, { ...options, log: killedIn(4) })).rejects.toThrow("killed");
    const resumed = await adapt(full, options);
    expect([resumed.looks[0][0], resumed.looks[1][0], looks]).toEqual([1, 2, 2]);
    expect(resumed.looks[0][1]).not.toBe(resumed.looks[1][1]);
    await resumed.checkpoint!.remove();
  });

  it("begins anew for other rows, options or circumstances, and where nobody says to go on", async () => {
    await expect(adapt(full, { log: killedIn(4), checkpoints: everyStep(false, "a") })).rejects.toThrow("killed");
    const others: Targets = { kind: "single-label", classes: 2, labels: Int32Array.of(1, 0, 1, 0, 1, 1, 0, 0) };
    expect(await firstStep({ ...full, learningRate: 1e-3 })).toBe(1);
    expect(await firstStep(full, { depth: 1 })).toBe(1);
    expect(await firstStep(full, { random: new Random(9) })).toBe(1);
    expect(await firstStep(full, { probe: { ...probe, bias: Float32Array.of(1, 2) } })).toBe(1);
    expect(await firstStep(full, { checkpoints: everyStep(true, "b") })).toBe(1);
    expect(await firstStep(full, {}, others)).toBe(1);
    expect(await firstStep(full)).toBe(4);
    expect(await firstStep(full, { checkpoints: everyStep(false, "a") })).toBe(1);
  });

  it("keeps nothing of a run that is shorter than the time between checkpoints", async () => {
    const elsewhere = join(folder, "unused");
    await adapt(short, { checkpoints: { folder: elsewhere, resume: false } });
    expect(existsSync(elsewhere)).toBe(false);
  });
});
