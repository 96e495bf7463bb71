import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/backward.js";
import { partition, type StepGraphs } from "../../src/autodiff/partition.js";
import { probeGraph } from "../../src/autodiff/probe.js";
import { GraphIndex, makeNode } from "../../src/onnx/graph.js";
import { DataType, type GraphProto, type ModelProto } from "../../src/onnx/schema.js";
import { makeTensor } from "../../src/onnx/tensor.js";

const opset = 17;

/** y = tanh(x W₁) W₂ with each token id as a number x; with `sums`, y = (tanh(x W₁ + b) W₂ + c)². */
function model(sums = false): ModelProto {
  const weight = (name: string, dims: number[]) =>
    makeTensor(name, dims, new Float32Array(dims[0] * dims[1]).fill(0.5));
  const graph: GraphProto = {
    name: "mlp",
    node: [
      makeNode("Cast", ["input_ids"], ["x"], { to: DataType.FLOAT }),
      makeNode("Unsqueeze", ["x", "last"], ["column"]), // [B, T, 1]
      makeNode("MatMul", ["column", "w1"], ["product"]), // [B, T, 4]
      makeNode("Tanh", ["product"], ["hidden"]),
      makeNode("MatMul", ["hidden", "w2"], ["y"]), // [B, T, 2]
    ],
    initializer: [weight("w1", [1, 4]), weight("w2", [4, 2]), makeTensor("last", [1], BigInt64Array.of(2n))],
    input: [{ name: "input_ids", type: { tensorType: { elemType: DataType.INT64 } } }],
    output: [{ name: "y", type: { tensorType: { elemType: DataType.FLOAT } } }],
    valueInfo: [],
  };
  if (sums) addSums(graph);
  return { irVersion: 8, opsetImport: [{ domain: "", version: opset }], graph };
}

function addSums(graph: GraphProto): void {
  graph.node = [
    ...graph.node.slice(0, 3),
    makeNode("Add", ["product", "b"], ["biased"]), // [B, T, 4]
    makeNode("Tanh", ["biased"], ["hidden"]),
    makeNode("MatMul", ["hidden", "w2"], ["product2"]), // [B, T, 2]
    makeNode("Add", ["c", "product2"], ["stretched"]), // [2, B, T, 2]
    makeNode("Mul", ["stretched", "stretched"], ["y"]),
  ];
  graph.initializer.push(makeTensor("b", [4], new Float32Array(4)), makeTensor("c", [2, 1, 1, 2], new Float32Array(4)));
}

async function stepOf(wrt: string[], whole = model()): Promise<StepGraphs> {
  const facts = await probeGraph(whole);
  const request = { output: "y", cotangent: "dy", wrt, facts, opset };
  const gradient = differentiate(new GraphIndex(whole.graph), request);
  for (const name of wrt) whole.graph.input.push({ name, type: { tensorType: { elemType: DataType.FLOAT } } });
  whole.graph.initializer = whole.graph.initializer.filter(({ name }) => !wrt.includes(name!));
  return partition(whole, gradient, { ...request, shapes: facts.shapes });
}

const names = (values: { name: string }[]) => values.map(({ name }) => name);
const opTypes = ({ graph }: ModelProto) => graph.node.map(({ opType }) => opType);

describe("partition", () => {
  it("keeps a product and computes again what follows from it", async () => {
    const { forward, backward, saved } = await stepOf(["w1", "w2"]);
    expect(saved).toEqual(["product"]);
    expect(names(forward.graph.output)).toEqual(["y", "product"]);
    expect(names(backward.graph.input).sort()).toEqual(["dy", "input_ids", "product", "w2"]);
    expect(opTypes(backward)).toContain("Tanh");
    expect(opTypes(backward)).not.toContain("MatMul");
  });

  it("keeps a product plus bias in the product's stead, where the sum is as large", async () => {
    const { backward, saved } = await stepOf(["w1", "w2"], model(true));
    expect(saved).toEqual(["product2", "biased"]);
    expect(backward.graph.node.flatMap(({ output }) => output)).not.toContain("biased");
  });

  it("keeps the product where another node reads it, or the gradient does", async () => {
    const gated = model(true);
    const [gate, product] = [
      makeNode("Sigmoid", ["product"], ["gate"]),
      makeNode("Mul", ["gate", "biased"], ["gated"]),
    ];
    gated.graph.node.splice(3, 1, gate, gated.graph.node[3], product);
    gated.graph.node.find(({ opType }) => opType === "Tanh")!.input = ["gated"];
    expect((await stepOf(["w1", "w2"], gated)).saved).toEqual(["product2", "product"]);

    const shares = model(true);
    shares.graph.node.splice(3, 0, makeNode("Softmax", ["product"], ["shares"]));
    shares.graph.node[4].input = ["shares", "b"];
    expect((await stepOf(["w1", "w2"], shares)).saved).toEqual(["product2", "shares"]);
  });

  it("computes no gradient that was not asked for", async () => {
    const { backward } = await stepOf(["w2"]);
    expect(names(backward.graph.output)).toHaveLength(1);
    expect(names(backward.graph.input).sort()).toEqual(["dy", "product"]);
    expect(opTypes(backward).filter((opType) => opType === "Gemm")).toHaveLength(1);
  });

  it("declares shapes with the lengths that are fixed", async () => {
    const { forward } = await stepOf(["w1"]);
    const { dim } = forward.graph.output[1].type!.tensorType!.shape!;
    expect(dim.map(({ dimValue, dimParam }) => dimValue ?? dimParam)).toEqual(["product_0", "product_1", 4]);
  });

  it("leaves the model as it was", async () => {
    const { forward } = await stepOf(["w1"]);
    expect(opTypes(forward)).toEqual(opTypes(model()));
  });
});
