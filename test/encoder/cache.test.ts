import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FeatureCache } from "../../src/encoder/cache.js";
import { Encoder } from "../../src/encoder/encoder.js";
import { type Log, silentLog } from "../../src/log.js";
import { Random } from "../../src/random.js";
import { featureSize, featuresOf, textsOf } from "./cache-texts.js";
import { encoders, largestDifference } from "./oracle.js";

const fingerprint = "f".repeat(64);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-cache-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function startProcess(script: string, args: string[]): ChildProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const loader = script.endsWith(".ts") ? ["--import", "tsx"] : [];
  return spawn(process.execPath, [...loader, path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

/**
 * Kills the first `victims` of the processes at a seeded moment after their first line, each when the one before it has been dead for a while: one
 * that is killed in the instant when another's death hands it the lock takes the wake-up with it, and the kernel lets those behind it wait.
 * @returns what the others ended with.
 */
async function killSome(processes: ChildProcess[], victims: number, random: Random, withinMs: number) {
  let oneBefore: Promise<unknown> = Promise.resolve();
  const ends = processes.map(async (child, i) => {
    let told = "";
    child.stderr?.on("data", (chunk) => {
      told += chunk;
    });
    const closed = once(child, "close");
    if (i < victims) {
      const delayMs = random.integer(withinMs);
      const earlier = oneBefore.then(() => pause(100));
      oneBefore = closed;
      child.stdout?.once("data", async () => {
        await pause(delayMs);
        await earlier;
        child.kill("SIGKILL");
      });
    } else child.stdout?.resume();
    const [code, signal] = await closed;
    return { code, signal, told };
  });
  return (await Promise.all(ends)).slice(victims);
}

function listening(): { log: Log; warnings: string[] } {
  const warnings: string[] = [];
  return { log: { ...silentLog, warn: (message) => warnings.push(message) }, warnings };
}

describe("a feature cache", () => {
  it("stays whole and open to others when processes that write to it are killed", async () => {
    const random = new Random(7);
    for (let round = 0; round < 5; round++) {
      const cacheFolder = join(folder, `killed-${round % 2}`);
      const writers = [0, 1, 2].map((i) => startProcess("cache-writer.ts", [cacheFolder, `${round * 3 + i}`, "8"]));
      for (const { code, signal, told } of await killSome(writers, 2, random, 300)) {
        expect([code, signal], told).toEqual([0, null]);
      }
      const { log, warnings } = listening();
      const cache = new FeatureCache(cacheFolder, fingerprint, log);
      let stored = 0;
      for (let number = 0; number < 20; number++) {
        const texts = textsOf(number);
        const wanted = featuresOf(texts);
        const found = texts.map((text) => cache.get(text));
        stored += found.filter((row) => row !== undefined).length;
        const wrong = found.findIndex(
          (row, i) => row && largestDifference(row, wanted.subarray(i * featureSize, (i + 1) * featureSize)) > 0,
        );
        expect(wrong).toBe(-1);
      }
      await cache.close();
      expect(stored).toBeGreaterThanOrEqual(3000);
      expect(stored % 1000).toBe(0);
      expect(warnings).toEqual([]);
    }
  });

  it("holds what a fresh encoding gives after encoders on it were killed", async () => {
    const cacheFolder = join(folder, "encoders");
    const processes = [0, 100, 400].map((first) =>
      startProcess("encode-texts.mjs", [`${encoders}bert`, cacheFolder, `${first}`, `${first + 800}`]),
    );
    for (const { code, told } of await killSome(processes, 2, new Random(11), 200)) expect(code, told).toBe(0);
    const texts = Array.from({ length: 1200 }, (_, i) => `It was ${i} times better than the ${i - (i % 50)} before.`);
    const cached = await Encoder.open(`${encoders}bert`, { cacheFolder, workers: 1 });
    const done: number[] = [];
    const found = await cached.encode(texts, (count) => done.push(count));
    await cached.dispose();
    expect(Math.min(...done)).toBeGreaterThan(800);
    const fresh = await Encoder.open(`${encoders}bert`, { cacheFolder: null, workers: 1 });
    const wanted = await fresh.encode(texts);
    await fresh.dispose();
    expect(largestDifference(found.data, wanted.data)).toBeLessThan(1e-6);
  });
});

describe("a feature cache that cannot be read", () => {
  const damages: [string, (file: string) => void][] = [
    ["is no database", (file) => writeFileSync(file, "what?".repeat(20_000))],
    ["was cut", (file) => truncateSync(file, 40_000)],
    ["is a folder", becomeFolder],
    ["has other bytes behind its start", (file) => overwrite(file, 8192)],
  ];

  it.each(damages)("because its file %s is emptied with a warning and used again", async (name, damage) => {
    const cacheFolder = join(folder, name.replaceAll(" ", "-"));
    const texts = textsOf(1);
    const first = new FeatureCache(cacheFolder, fingerprint);
    first.put(texts, featuresOf(texts));
    await first.close();
    damage(join(cacheFolder, "features", fingerprint.slice(0, 32), "features.mdb"));
    const { log, warnings } = listening();
    const second = new FeatureCache(cacheFolder, fingerprint, log);
    expect(second.get(texts[0])).toBeUndefined();
    second.put(texts, featuresOf(texts));
    await second.close();
    expect(warnings.join()).toMatch(/^the feature cache cannot be read \(.*\); it is emptied/);
    const third = new FeatureCache(cacheFolder, fingerprint, log);
    third.put(texts, featuresOf(texts));
    third.flush();
    expect(third.get(texts[5])).toEqual(featuresOf([texts[5]]));
    await third.close();
    expect(warnings.length).toBe(1);
    expect(readdirSync(join(cacheFolder, "features"))).toEqual([fingerprint.slice(0, 32)]);
  });

  it("because its place is taken is done without", async () => {
    writeFileSync(join(folder, "taken"), "");
    const { log, warnings } = listening();
    const cache = new FeatureCache(join(folder, "taken"), fingerprint, log);
    cache.put(["a"], new Float32Array(3));
    expect(cache.get("a")).toBeUndefined();
    await cache.close();
    expect(warnings).toEqual([expect.stringMatching(/^features are not kept for the next run: .*taken/)]);
    expect(existsSync(join(folder, "taken"))).toBe(true);
  });

  function becomeFolder(file: string): void {
    rmSync(file);
    mkdirSync(file);
  }

  function overwrite(file: string, start: number): void {
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xa5, start));
  }
});
