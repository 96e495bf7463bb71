/**
 * Puts a static site together: the page, Transformers.js with its WebAssembly, and a model. Any web server can hold it.
 *
 *   node examples/browser/build.mjs reviews-model site
 */
import { cp, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [model, site] = process.argv.slice(2);
if (site === undefined) {
  console.error("usage: node examples/browser/build.mjs <model folder> <folder to write>");
  process.exit(2);
}

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const transformers = dirname(require.resolve("@huggingface/transformers"));
const onnxruntime = dirname(createRequire(join(transformers, "index.js")).resolve("onnxruntime-web"));

await mkdir(join(site, "vendor"), { recursive: true });
for (const file of ["index.html", "main.js"]) await cp(join(here, file), join(site, file));
await cp(join(transformers, "transformers.min.js"), join(site, "vendor/transformers.min.js"));
for (const file of ["ort-wasm-simd-threaded.asyncify.mjs", "ort-wasm-simd-threaded.asyncify.wasm"]) {
  await cp(join(onnxruntime, file), join(site, "vendor", file));
}
await cp(model, join(site, "model"), { recursive: true });
console.log(
  `${site}: serve this folder with any web server, such as \`npx serve ${site}\` or \`python3 -m http.server -d ${site}\``,
);
