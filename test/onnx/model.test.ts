import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeNode } from "../../src/onnx/graph.js";
import { decodeModel, encodeModel, readModel } from "../../src/onnx/model.js";
import type { ModelProto, TensorProto } from "../../src/onnx/schema.js";
import { floatValues, halfToFloat } from "../../src/onnx/tensor.js";
import { encoders, oracles, variants } from "../encoder/oracle.js";

const files = [
  ...Object.keys(oracles).map((family) => `${family}/onnx/model.onnx`),
  ...variants.map(({ file }) => file),
];

describe("encodeModel", () => {
  it.each(files)("writes back every field of %s", async (file) => {
    const model = await readModel(encoders + file);
    expect(decodeModel(encodeModel(model), file)).toEqual(model);
  });
});

describe("readModel", () => {
  it("names a truncated file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "headstart-"));
    const bytes = await readFile(`${encoders}bert/onnx/model.onnx`);
    await writeFile(join(folder, "cut.onnx"), bytes.subarray(0, 100_000));
    await expect(readModel(join(folder, "cut.onnx"))).rejects.toThrow(/cut\.onnx: not a complete ONNX file/);
    await writeFile(join(folder, "no.onnx"), "");
    await expect(readModel(join(folder, "no.onnx"))).rejects.toThrow(/holds no graph/);
  });

  it.each<[string, (model: ModelProto) => TensorProto[]]>([
    ["weights", ({ graph }) => graph.initializer],
    ["constants", ({ graph }) => graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []))],
  ])("brings in %s that lie in a file beside the model", async (_, tensorsOf) => {
    const folder = await mkdtemp(join(tmpdir(), "headstart-"));
    const model = await readModel(`${encoders}bert/onnx/model.onnx`);
    const weight = model.graph.initializer.find(({ rawData }) => (rawData?.length ?? 0) > 1000)!;
    const t = { ...weight };
    model.graph.node.push({ ...makeNode("Constant", [], ["constant"]), attribute: [{ name: "value", type: 4, t }] });
    const tensor = tensorsOf(model).find(({ name }) => name === weight.name)!;
    const wanted = floatValues(tensor);
    await writeFile(join(folder, "weights.bin"), Buffer.concat([Buffer.alloc(16), tensor.rawData!]));
    tensor.externalData = Object.entries({ location: "weights.bin", offset: "16", length: `${wanted.byteLength}` }).map(
      ([key, value]) => ({ key, value }),
    );
    tensor.dataLocation = 1;
    tensor.rawData = undefined;
    await writeFile(join(folder, "model.onnx"), encodeModel(model));
    const read = await readModel(join(folder, "model.onnx"));
    expect(floatValues(tensorsOf(read).find(({ name }) => name === weight.name)!)).toEqual(wanted);
  });
});

describe("halfToFloat", () => {
  it.each([
    [0x3c00, 1],
    [0xc000, -2],
    [0x0001, 2 ** -24],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0x3555, 0.333251953125],
  ])("reads %i as %d", (bits, value) => {
    expect(halfToFloat(bits)).toBe(value);
  });
});
