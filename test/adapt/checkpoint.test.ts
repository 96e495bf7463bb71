import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Checkpoint, type TrainingState } from "../../src/adapt/checkpoint.js";

let folder: string;
let checkpoint: Checkpoint;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "headstart-checkpoint-")), "unfinished");
  checkpoint = new Checkpoint(folder, ["encoder", "settings", Uint8Array.of(1, 2)]);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Weights that lie within a larger array, as a session's do. */
function state(steps: number, value: number): TrainingState {
  const weights = new Float32Array(50).fill(value).subarray(10, 40);
  const moments = new Float32Array(7).fill(-value);
  const losses = Array.from({ length: steps }, (_, i) => 1 / (i + 3));
  return { progress: { losses, looks: [[0.1, -3]] }, arrays: [weights, moments] };
}

function bitTurned(whole: Buffer, at: number): Buffer {
  return whole.map((byte, i) => (i === at ? byte ^ 1 : byte)) as Buffer;
}

describe("Checkpoint", () => {
  it("gives back to the bit what was saved last", async () => {
    await checkpoint.save(state(2, 0.1));
    const saved = state(5, 1 / 3);
    await checkpoint.save(saved);
    const { arrays } = state(0, 0);
    expect(await checkpoint.restore(arrays)).toEqual(saved.progress);
    expect(arrays).toEqual(saved.arrays);
    expect(readdirSync(folder)).toEqual([checkpoint.path.slice(folder.length + 1)]);
  });

  it("has nothing to go on with before the first, after the last, and for other inputs", async () => {
    const { arrays } = state(0, 0);
    expect(await checkpoint.restore(arrays)).toBeUndefined();
    await checkpoint.save(state(1, 1));
    for (const parts of [["encoder", "settings", Uint8Array.of(1, 3)], ["encoder", "setting", "s"], []]) {
      expect(await new Checkpoint(folder, parts).restore(arrays)).toBeUndefined();
    }
    await checkpoint.remove();
    expect(existsSync(checkpoint.path)).toBe(false);
    expect(await checkpoint.restore(arrays)).toBeUndefined();
    await checkpoint.remove();
  });

  it.each<[string, (whole: Buffer) => Buffer]>([
    ["is empty", () => Buffer.alloc(0)],
    ["ends within its header", (whole) => whole.subarray(0, 20)],
    ["ends within its weights", (whole) => whole.subarray(0, whole.length - 5)],
    ["has a bit of its weights turned", (whole) => bitTurned(whole, whole.length - 9)],
    ["has a bit of its losses turned", (whole) => bitTurned(whole, whole.indexOf("0.33") + 2)],
    [
      "says that its header is longer than itself",
      (whole) => Buffer.concat([whole.subarray(0, 4), Buffer.alloc(4, 0x7f), whole.subarray(8)]),
    ],
    ["is something else", () => Buffer.from("some,table\nof,text\n".repeat(50))],
  ])("ignores a file that %s, and leaves the weights alone", async (_, damage) => {
    await checkpoint.save(state(3, 7));
    writeFileSync(checkpoint.path, damage(readFileSync(checkpoint.path)));
    const { arrays } = state(0, 0.5);
    expect(await checkpoint.restore(arrays)).toBeUndefined();
    expect(arrays).toEqual(state(0, 0.5).arrays);
  });

  it("takes what nobody has gone on with for a month along when it is removed", async () => {
    const [old, recent] = ["old", "recent"].map((name) => new Checkpoint(folder, [name]));
    for (const each of [checkpoint, old, recent]) await each.save(state(1, 1));
    const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3_600_000);
    utimesSync(old.path, daysAgo(31), daysAgo(31));
    utimesSync(recent.path, daysAgo(29), daysAgo(29));
    await checkpoint.remove();
    expect(readdirSync(folder)).toEqual([basename(recent.path)]);
  });

  it("ignores a file of other weights", async () => {
    await checkpoint.save(state(3, 7));
    const fewer = [new Float32Array(30), new Float32Array(6)];
    expect(await checkpoint.restore(fewer)).toBeUndefined();
    expect(await checkpoint.restore(fewer.slice(0, 1))).toBeUndefined();
    expect(fewer).toEqual([new Float32Array(30), new Float32Array(6)]);
  });

  it("is whole at every moment while it is replaced", async () => {
    await checkpoint.save(state(1, 1));
    let saving = true;
    const saves = (async () => {
      for (let step = 2; step < 60; step++) await checkpoint.save(state(step, step));
      saving = false;
    })();
    let reads = 0;
    while (saving) {
      const { arrays } = state(0, 0);
      const found = await checkpoint.restore(arrays);
      expect(arrays).toEqual(state(0, found!.losses.length).arrays);
      reads++;
    }
    await saves;
    expect(reads).toBeGreaterThan(5);
    expect(readdirSync(folder).length).toBe(1);
  });
});
