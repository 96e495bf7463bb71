/** A process that leaves with 7 while its workers compute: leave-early.mjs <encoder> <milliseconds>, from the built files. */
import { Encoder } from "../../dist/encoder/encoder.js";

const [name, delayMs] = process.argv.slice(2);
const encoder = await Encoder.open(name, { cacheFolder: null, workers: 2 });
const texts = Array.from({ length: 20_000 }, (_, i) => `Number ${i} ${"and so on ".repeat(i % 9)}`);
setTimeout(() => process.exit(7), Number(delayMs));
await encoder.encode(texts);
process.exit(0);
