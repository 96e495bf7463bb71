import { sizeText } from "../print.js";
import type { Engines } from "./engines.js";
import type { Machine } from "./machine.js";

/** A worker of the embedded encoder with its session and the activations of a batch; measured as growth of the process. */
const BYTES_PER_WORKER = 250e6;

/** What would make Headstart faster here, a sentence each; none where nothing is amiss. */
export function advise(
  { cores, instructions, memory, cache }: Machine,
  { training }: Pick<Engines, "training">,
): string[] {
  const advice: string[] = [];
  if (training.fallbackReason) {
    advice.push(
      `Heads are trained by wasm on one core: ${training.fallbackReason} "npm install @tensorflow/tfjs-node" brings the native library. Prediction does not need it.`,
    );
  }
  if (cores.usable < cores.present) {
    advice.push(
      `${cores.usable} of ${cores.present} cores may be used: give the process or the container more, and encoding is faster in proportion.`,
    );
  }
  if (cores.load > cores.usable / 2) {
    advice.push(
      `Other processes kept ${cores.load.toFixed(1)} cores busy in the last minute: the speed above is what they leave.`,
    );
  }
  if (instructions && !instructions.includes("avx2")) {
    advice.push(
      "The processor, or what emulates it, has no AVX2: matrix products take several times as long as on one that does.",
    );
  }
  if (instructions?.some((name) => name.endsWith("vnni"))) {
    advice.push(
      "This processor multiplies 8-bit integers: predict, evaluate, serve and worker are about 1.8 times as fast with --arithmetic int8.",
    );
  }
  const needed = cores.usable * BYTES_PER_WORKER;
  if (memory.available < needed) {
    advice.push(
      `${sizeText(memory.available)} of memory are free, and ${cores.usable} workers take about ${sizeText(needed)}: bind the process to fewer cores, or free some.`,
    );
  }
  if (!cache.isWritable) {
    advice.push(
      `${cache.folder} cannot be written to: every run encodes its texts anew. Set HEADSTART_CACHE to a folder that can.`,
    );
  }
  return advice;
}
