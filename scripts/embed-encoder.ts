/**
 * Makes the embedded encoder: int8 weights, one scale per output channel, float32 arithmetic in any loader.
 *
 *   npx tsx scripts/embed-encoder.ts [source folder] [target folder]     (about 1 minute)
 *
 * Reads a Transformers.js folder (default: $HEADSTART_SHARED/models/headstart-mini), writes models/headstart-mini, and
 * prints the size and how far the embeddings of 1,000 sentences moved against the source's float weights.
 */
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Encoder } from "../src/encoder/encoder.js";
import { encodeModel, readModel } from "../src/onnx/model.js";
import { quantizeWeights } from "../src/onnx/quantize.js";

const shared = process.env.HEADSTART_SHARED ?? "../shared";
const [source = join(shared, "models/headstart-mini"), target = "models/headstart-mini"] = process.argv.slice(2);
const copied = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "NOTICE",
  "1_Pooling",
];

const model = await readModel(join(source, "onnx/model_fp16.onnx"));
const quantized = quantizeWeights(model);
const bytes = encodeModel(model);

const temporary = `${target}.tmp`;
await rm(temporary, { recursive: true, force: true });
await mkdir(join(temporary, "onnx"), { recursive: true });
for (const name of copied) {
  await cp(join(source, name), join(temporary, name), { recursive: true });
}
await writeFile(join(temporary, "onnx/model.onnx"), bytes);
await writeFile(join(temporary, "README.md"), await modelCard());
await cp("LICENSE", join(temporary, "LICENSE"));
for (const name of copied) await makeWritable(join(temporary, name));
await rm(target, { recursive: true, force: true });
await rename(temporary, target);
console.log(`${target}/onnx/model.onnx: ${(bytes.length / 1e6).toFixed(2)} MB, ${quantized} tensors in int8`);

const sentences = (await readFile(join(shared, "data/general-sentences.txt"), "utf8")).split("\n").slice(0, 1000);
const cosines = await agreement(source, target, sentences);
const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
console.log(
  `cosine to the float embeddings, ${cosines.length} sentences: mean ${mean.toFixed(5)}, least ${Math.min(...cosines).toFixed(5)}`,
);

async function makeWritable(path: string): Promise<void> {
  const { chmod, stat, readdir } = await import("node:fs/promises");
  const isFolder = (await stat(path)).isDirectory();
  await chmod(path, isFolder ? 0o755 : 0o644);
  if (isFolder) for (const name of await readdir(path)) await makeWritable(join(path, name));
}

/** The source's card, with what was done to the weights in place of its last paragraph on the file. */
async function modelCard(): Promise<string> {
  const card = await readFile(join(source, "README.md"), "utf8");
  const file =
    "`onnx/model.onnx`: int8 weights with one float32 scale per output channel (per row of the embedding tables), made by " +
    "`scripts/embed-encoder.ts`. Products read `Cast(weights) · scale`, which loaders fold to float32 at load, so arithmetic " +
    "is float32 and a text's embedding does not depend on its batch; output `last_hidden_state` [batch, sequence, 384].\n";
  return card.replace(/`onnx\/model_fp16\.onnx`:[\s\S]*$/, file);
}

async function agreement(reference: string, candidate: string, texts: string[]): Promise<number[]> {
  const [a, b] = await Promise.all(
    [reference, candidate].map(async (name) => {
      const encoder = await Encoder.open(name, { features: "last", dtype: "source", cacheFolder: null });
      const features = await encoder.encode(texts);
      await encoder.dispose();
      return features;
    }),
  );
  return texts.map((_, row) => {
    let cosine = 0;
    for (let i = row * a.size; i < (row + 1) * a.size; i++) cosine += a.data[i] * b.data[i];
    return cosine;
  });
}
