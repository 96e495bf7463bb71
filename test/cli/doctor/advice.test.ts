import { describe, expect, it } from "vitest";
import { advise } from "../../../src/cli/doctor/advice.js";
import type { Machine } from "../../../src/cli/doctor/machine.js";

const good: Machine = {
  platform: "linux x64",
  cpu: "a processor",
  cores: { usable: 4, present: 4, load: 0.3 },
  instructions: ["avx2", "avx512f"],
  memory: { available: 8e9, total: 16e9 },
  cache: { folder: "/home/ada/.cache/headstart", sizeBytes: 0, isWritable: true },
};
const native = { training: { backend: "tensorflow", description: "tfjs-node 4.22.0" } } as const;

const advised = (machine: Partial<Machine>) => advise({ ...good, ...machine }, native);

describe("advise", () => {
  it("says nothing where nothing is amiss, or not known", () => {
    expect(advise(good, native)).toEqual([]);
    expect(advised({ instructions: undefined })).toEqual([]);
  });

  it("names the library that is missing", () => {
    const training = {
      backend: "wasm",
      description: "",
      fallbackReason: "@tensorflow/tfjs-node is not installed.",
    } as const;
    expect(advise(good, { training })).toEqual([
      expect.stringMatching(/wasm .*is not installed\. "npm install @tensorflow\/tfjs-node"/),
    ]);
  });

  it("names cores that may not be used, and those that others use", () => {
    expect(advised({ cores: { usable: 2, present: 16, load: 0 } })).toEqual([expect.stringContaining("2 of 16 cores")]);
    expect(advised({ cores: { usable: 4, present: 4, load: 3.9 } })).toEqual([
      expect.stringContaining("3.9 cores busy"),
    ]);
  });

  it("says what a processor with products of integers is good for", () => {
    expect(advised({ instructions: ["avx2", "avx_vnni"] })).toEqual([expect.stringContaining("--arithmetic int8")]);
  });

  it("names a processor without wide instructions", () => {
    expect(advised({ instructions: [] })).toEqual([expect.stringContaining("no AVX2")]);
  });

  it("names memory that does not do for all workers", () => {
    expect(advised({ memory: { available: 500e6, total: 1e9 } })).toEqual([
      expect.stringMatching(/^500\.0 MB of memory are free, and 4 workers take about 1\.0 GB/),
    ]);
  });

  it("names a cache that cannot be written", () => {
    const cache = { ...good.cache, isWritable: false };
    expect(advised({ cache })).toEqual([
      expect.stringMatching(/^\/home\/ada\/\.cache\/headstart cannot .*HEADSTART_CACHE/),
    ]);
  });
});
