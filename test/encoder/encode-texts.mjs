/** A process that encodes texts into a cache: encode-texts.mjs <encoder> <cache folder> <first> <end>. It writes a line for each part; from the built files. */
import { Encoder } from "../../dist/encoder/encoder.js";

const [name, cacheFolder, first, end] = process.argv.slice(2);
const encoder = await Encoder.open(name, { cacheFolder, workers: 1 });
for (let start = Number(first); start < Number(end); start += 50) {
  await encoder.encode(
    Array.from({ length: 50 }, (_, i) => `It was ${start + i} times better than the ${start} before.`),
  );
  process.stdout.write(`${start}\n`);
}
await encoder.dispose();
