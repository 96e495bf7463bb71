import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/backward.js";
import { partition, type StepGraphs } from "../../src/autodiff/partition.js";
import { probeGraph } from "../../src/autodiff/probe.js";
import { GraphIndex, makeNode } from "../../src/onnx/graph.js";
import { DataType, type GraphProto, type ModelProto } from "../../src/onnx/schema.js";
import { makeTensor } from "../../src/onnx/tensor.js";

const opset = 17;

/** y = tanh(x W₁) W₂ with each token id as a number x. */
function model(): ModelProto {
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
  return { irVersion: 8, opsetImport: [{ domain: "", version: opset }], graph };
}

async function stepOf(wrt: string[]): Promise<StepGraphs> {
  const whole = model();
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
