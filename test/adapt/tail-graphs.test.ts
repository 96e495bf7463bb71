import { describe, expect, it } from "vitest";
import { prepareEncoder, tailGraphs } from "../../src/adapt/tail-graphs.js";
import { MissingRuleError } from "../../src/autodiff/errors.js";
import { useFloatArithmetic } from "../../src/onnx/float-arithmetic.js";
import { makeNode } from "../../src/onnx/graph.js";
import { decodeModel, encodeModel, readModel } from "../../src/onnx/model.js";
import type { ModelProto } from "../../src/onnx/schema.js";
import { encoders, oracles, variants } from "../encoder/oracle.js";

const files = [
  ...Object.keys(oracles).map((family) => `${family}/onnx/model.onnx`),
  ...variants.map(({ file }) => file),
];

async function read(file: string): Promise<ModelProto> {
  const model = await readModel(encoders + file);
  useFloatArithmetic(model);
  return model;
}

/** Puts an operator without a rule behind the attention of one layer. */
async function withUnknownOperator(layer: number): Promise<ModelProto> {
  const model = await read("bert/onnx/model.onnx");
  const { node } = model.graph;
  const softmax = node.filter(({ opType }) => opType === "Softmax")[layer];
  const [output] = softmax.output;
  softmax.output = [`${output}/before`];
  const unknown = { ...makeNode("Softsign", softmax.output, [output]), name: "oddity" };
  node.splice(node.indexOf(softmax) + 1, 0, unknown);
  return model;
}

async function thrown(model: ModelProto, depth: number): Promise<unknown> {
  const encoder = await prepareEncoder(model, "mean");
  try {
    tailGraphs(encoder, depth);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("prepareEncoder", () => {
  it.each(files)("leaves the encoder as it was: %s", async (file) => {
    const model = await read(file);
    const before = encodeModel(model);
    await prepareEncoder(model, "mean");
    expect(Buffer.compare(encodeModel(model), before)).toBe(0);
  });

  it("refuses an operator set in which rules could not be written", async () => {
    const old = await read("bert/onnx/variants/legacy_op11_eager.onnx");
    old.opsetImport = [{ domain: "", version: 10 }];
    await expect(prepareEncoder(old, "mean")).rejects.toThrow("operator set 10, and adaptation needs 11 or later");
  });
});

describe("tailGraphs", () => {
  it.each([1, 2, 3])("parts %d of three layers from the rest", async (depth) => {
    const encoder = await prepareEncoder(await read("bert/onnx/model.onnx"), "mean");
    const graphs = tailGraphs(encoder, depth);
    expect(oracles.bert.layerInputs.at(-depth)).toContain(graphs.cut);
    expect(new Set(graphs.layerOf.values())).toEqual(new Set([0, 1, 2].slice(-depth)));
    for (const names of [graphs.layerOf, graphs.gradients])
      expect(new Set(names.keys())).toEqual(new Set(graphs.weights.keys()));
    const outputs = (bytes: Uint8Array) => decodeModel(bytes, "graph").graph.output.map(({ name }) => name);
    expect(graphs.prefix.graph.output.map(({ name }) => name)).toEqual([graphs.cut]);
    expect(outputs(graphs.forward)).toEqual(["sentence_embedding", ...graphs.saved.keys()]);
    expect(new Set(outputs(graphs.backward))).toEqual(new Set(graphs.gradients.values()));
  });

  it.each([
    { layer: 1, depth: 3, deepest: "The last layer can be adapted: use --adapt 1" },
    { layer: 0, depth: 3, deepest: "The last 2 layers can be adapted: use --adapt 2" },
    { layer: 2, depth: 1, deepest: "No layer of this encoder can be adapted" },
  ])("names an operator without a rule and what works: in layer $layer of 0 … 2", async ({ layer, depth, deepest }) => {
    const model = await withUnknownOperator(layer);
    const error = await thrown(model, depth);
    expect(error).toBeInstanceOf(MissingRuleError);
    expect((error as MissingRuleError).message).toContain("Softsign (node oddity)");
    expect((error as MissingRuleError).message).toContain(deepest);
    for (let works = 1; works < 3 - layer; works++) expect(await thrown(model, works)).toBeUndefined();
  });
});
