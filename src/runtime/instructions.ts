import { existsSync, readFileSync } from "node:fs";

/** Wide instructions that change how fast products are computed, the newest last. */
const known = ["avx2", "avx512f", "avx512_vnni", "avx_vnni"] as const;

export type Instructions = (typeof known)[number];

/** Those that the processor has; undefined where the system does not tell (other than Linux) or they have other names (other than x64). */
export function instructions(): Instructions[] | undefined {
  if (process.arch !== "x64" || !existsSync("/proc/cpuinfo")) return undefined;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].split(/\s+/) ?? [];
  return known.filter((name) => flags.includes(name));
}

/** Whether sums of 8-bit products have 32 bits (VNNI): without it they saturate at 16. */
export function hasIntegerProducts(): boolean {
  return instructions()?.some((name) => name.endsWith("vnni")) ?? false;
}
