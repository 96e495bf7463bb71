import { availableParallelism } from "node:os";
import { batchTokens } from "../encoder/batches.js";
import type { Encoder } from "../encoder/encoder.js";

const ROUNDS = 3;
/** After so long no further round is begun. */
const ENOUGH_MS = 4000;

/**
 * Texts a second of the fastest of three rounds, fewer on a slow machine, after one that starts the workers. A round is made of the texts over and over, as many as fill
 * two batches a worker: a few short texts by themselves would keep one worker busy and the others idle.
 * @param texts at least one
 */
export async function throughput(
  encoder: Pick<Encoder, "tokenize">,
  texts: readonly string[],
  run: (texts: readonly string[]) => Promise<unknown>,
): Promise<number> {
  const tokens = encoder.tokenize(texts).reduce((sum, ids) => sum + ids.length, 0);
  const count = Math.ceil((2 * availableParallelism() * batchTokens) / (tokens / texts.length));
  const given = Array.from({ length: count }, (_, i) => texts[i % texts.length]);
  let fastestMs = Number.POSITIVE_INFINITY;
  const begunMs = performance.now();
  await run(given);
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    if (round > 0 && startMs - begunMs > ENOUGH_MS) break;
    await run(given);
    fastestMs = Math.min(fastestMs, performance.now() - startMs);
  }
  return count / (fastestMs / 1000);
}
