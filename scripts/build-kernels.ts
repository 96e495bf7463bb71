/**
 * Compiles src/adapt/kernels.wat into src/adapt/kernels.ts, where the bytes are kept so that nobody needs a compiler.
 *
 *   npx tsx scripts/build-kernels.ts          (a second)
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import wabt from "wabt";
import { writeWhole } from "../src/whole-file.js";

const folder = new URL("../src/adapt/", import.meta.url);

/** The text of kernels.ts. */
export async function kernelsModule(): Promise<string> {
  const { parseWat } = await wabt();
  const module = parseWat("kernels.wat", await readFile(new URL("kernels.wat", folder), "utf8"), { simd: true });
  const bytes = Buffer.from(module.toBinary({}).buffer).toString("base64");
  module.destroy();
  return `/** kernels.wat, compiled: made by scripts/build-kernels.ts. */\nexport const kernels =\n  "${bytes}";\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeWhole(fileURLToPath(new URL("kernels.ts", folder)), await kernelsModule());
}
