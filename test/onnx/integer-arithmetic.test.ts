import { describe, expect, it } from "vitest";
import { openPool } from "../../src/encoder/pool.js";
import { pack } from "../../src/encoder/token-batch.js";
import { appendHead, appendPooling, HEAD } from "../../src/onnx/compose.js";
import { scaledWeights, useFloatArithmetic } from "../../src/onnx/float-arithmetic.js";
import { makeNode } from "../../src/onnx/graph.js";
import { useIntegerArithmetic } from "../../src/onnx/integer-arithmetic.js";
import { hiddenStateOf } from "../../src/onnx/layers.js";
import { encodeModel, readModel } from "../../src/onnx/model.js";
import { DataType, type ModelProto } from "../../src/onnx/schema.js";
import { makeTensor } from "../../src/onnx/tensor.js";
import { encoders, oracles } from "../encoder/oracle.js";
import { graphOf, modelOf, run } from "./small-models.js";

/** One unit in the last place of a sum of a few products. */
const floatError = 1e-4;
/** The tiny encoders have random weights of 32 units; headstart-mini, which was trained, stays above 0.998. */
const leastCosine = 0.995;

const inputs = [3, 0, -1, 2, -2.5, 0.4, 8, 0.1, 0, 0, 0, 0]; // [3, 4]
const weights = [1, -2, 127, 4, 0, -127, -9, 20]; // [4, 2]
const scales = [0.5, 0.01];

/** x · (Q · diag(scales)) */
function productModel(shape: number[]): ModelProto {
  const initializers = [
    makeTensor("q", [4, 2], Int8Array.from(weights)),
    makeTensor("c", shape, Float32Array.from(scales.slice(0, shape.at(-1) ?? 1))),
  ];
  return modelOf(graphOf([...scaledWeights("q", "w", "c"), makeNode("MatMul", ["x", "w"], ["y"])], initializers));
}

/** The formula of the doc comment, in float64. */
function roundedProduct(columnScales: readonly number[]): number[] {
  const result: number[] = [];
  for (let row = 0; row < 3; row++) {
    const x = inputs.slice(row * 4, row * 4 + 4);
    const least = Math.min(...x);
    const scale = (Math.max(...x) - least) / 255 || 1;
    const rounded = x.map((value) => Math.round((value - least) / scale) * scale + least);
    for (const n of [0, 1]) {
      result.push(rounded.reduce((sum, value, k) => sum + value * weights[k * 2 + n] * columnScales[n], 0));
    }
  }
  return result;
}

describe("useIntegerArithmetic", () => {
  it.each([
    { shape: [2], columnScales: scales },
    { shape: [1, 2], columnScales: scales },
    { shape: [], columnScales: [0.5, 0.5] },
  ])("rounds each row between its own least and largest number, scales $shape", async ({ shape, columnScales }) => {
    const model = productModel(shape);
    useIntegerArithmetic(model);
    expect(model.graph.node.map(({ opType }) => opType)).not.toContain("Cast");
    const { y } = await run(model, inputs, [3, 4]);
    roundedProduct(columnScales).forEach((value, i) => {
      expect(Math.abs(y[i] - value)).toBeLessThan(floatError * Math.max(1, Math.abs(value)));
    });
  });

  it("adds the bias behind a product in the same pass, and leaves other sums alone", async () => {
    const biased = (bias: number[]) => {
      const model = productModel([2]);
      model.graph.node.push(makeNode("Add", ["b", "y"], ["sum"]));
      model.graph.initializer.push(makeTensor("b", [bias.length], Float32Array.from(bias)));
      model.graph.output = [{ name: "sum" }];
      useIntegerArithmetic(model);
      return model;
    };
    const expected = roundedProduct(scales);
    const own = biased([3, -7]);
    const other = biased([5]);
    const additions = (model: ModelProto) => model.graph.node.filter(({ opType }) => opType === "Add").length;
    expect([additions(own), additions(other)]).toEqual([1, 2]);
    const [{ sum }, { sum: broadcast }] = [await run(own, inputs, [3, 4]), await run(other, inputs, [3, 4])];
    expected.forEach((value, i) => {
      expect(Math.abs(sum[i] - value - [3, -7][i % 2])).toBeLessThan(floatError * Math.max(10, Math.abs(value)));
      expect(Math.abs(broadcast[i] - value - 5)).toBeLessThan(floatError * Math.max(10, Math.abs(value)));
    });
  });

  it("is refused where nothing has weights", () => {
    const model = modelOf(graphOf([makeNode("MatMul", ["x", "x"], ["y"])], []));
    expect(() => useIntegerArithmetic(model)).toThrow(/found "int8", expected float32: no product/);
  });

  it.each([
    ["bert/onnx/model.onnx", "bert"],
    ["bert/onnx/variants/dynamo_op23_sdpa.onnx", "bert"],
    ["bert/onnx/variants/int8_dq.onnx", "bert"],
    ["bert/onnx/variants/model_fp16.onnx", "bert"],
    ["roberta/onnx/model.onnx", "roberta"],
    ["albert/onnx/model.onnx", "albert"], // layers share their weights
    ["modernbert/onnx/model.onnx", "modernbert"],
    ["deberta-v2/onnx/model.onnx", "deberta-v2"],
  ])("stays near PyTorch's embeddings: %s", async (file, family) => {
    const model = await readModel(`${encoders}${file}`);
    useFloatArithmetic(model);
    useIntegerArithmetic(model);
    const { embeddings, texts } = oracles[family];
    const found = await embed(model, await tokensOf(family, texts));
    const size = found.length / texts.length;
    for (let i = 0; i < texts.length; i++) {
      const own = found.subarray(i * size, (i + 1) * size);
      expect(cosine(own, embeddings.mean.slice(i * size, (i + 1) * size)), texts[i]).toBeGreaterThan(leastCosine);
    }
  });

  it("leaves heads in float32", async () => {
    const model = await readModel(`${encoders}bert/onnx/model.onnx`);
    const embedding = appendPooling(model, [hiddenStateOf(model)], "mean");
    const [featureSize, classes] = [32, 100];
    const weights = new Float32Array(featureSize * classes).fill(0.5);
    appendHead(model, embedding, { featureSize, classes, weights, bias: new Float32Array(classes) });
    useIntegerArithmetic(model);
    expect(model.graph.initializer.find(({ name }) => name === HEAD.weight)?.dataType).toBe(DataType.FLOAT);
    expect(model.graph.node.filter(({ input }) => input.includes(HEAD.weight)).map(({ opType }) => opType)).toEqual([
      "MatMul",
    ]);
  });

  it("gives a text the same bits whatever stands beside it", async () => {
    const model = await readModel(`${encoders}bert/onnx/model.onnx`);
    useIntegerArithmetic(model);
    const [text, first, second] = [1, 2, 3].map((seed) => Array.from({ length: 12 }, (_, t) => 5 + ((seed * t) % 90)));
    const beside = await Promise.all([first, second].map((other) => embed(model, [text, other])));
    const size = beside[0].length / 2;
    expect([...beside[0].subarray(0, size)]).toEqual([...beside[1].subarray(0, size)]);
    expect([...beside[0].subarray(size)]).not.toEqual([...beside[1].subarray(size)]);
  });
});

async function tokensOf(family: string, texts: readonly string[]): Promise<number[][]> {
  const { loadTokenizer } = await import("../../src/runtime/transformers.js");
  const tokenizer = await loadTokenizer(`${encoders}${family}`);
  return texts.map((text) => tokenizer.encode(text));
}

/** Mean-pooled, [N, D]. */
async function embed(encoder: ModelProto, tokens: number[][]): Promise<Float32Array> {
  const model = { ...encoder, graph: { ...encoder.graph, node: [...encoder.graph.node] } };
  appendPooling(model, [hiddenStateOf(model)], "mean");
  const pool = openPool({ model: encodeModel(model), paddingId: 0 }, 1);
  const rows = await pool.run(pack(tokens));
  await pool.dispose();
  return rows;
}

function cosine(a: Float32Array, b: readonly number[]): number {
  let [dot, aa, bb] = [0, 0, 0];
  b.forEach((value, i) => {
    dot += a[i] * value;
    aa += a[i] * a[i];
    bb += value * value;
  });
  return dot / Math.sqrt(aa * bb);
}
