/**
 * A process that keeps features until it is killed or done: cache-writer.ts <cache folder> <seed> <rounds>. It writes a line after its
 * first round.
 */
import { FeatureCache } from "../../src/encoder/cache.js";
import { Random } from "../../src/random.js";
import { featuresOf, textsOf } from "./cache-texts.js";

const [folder, seed, rounds] = process.argv.slice(2);
const cache = new FeatureCache(folder, "f".repeat(64), {
  info() {},
  warn: fail,
  progress: () => ({ update() {}, stop() {} }),
});
const random = new Random(Number(seed));
for (let round = 0; round < Number(rounds); round++) {
  const texts = textsOf(random.integer(20));
  cache.put(texts, featuresOf(texts));
  cache.flush();
  if (round === 0) process.stdout.write("writing\n");
}
await cache.close();

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
