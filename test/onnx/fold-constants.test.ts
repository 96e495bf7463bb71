import { describe, expect, it } from "vitest";
import { useFloatArithmetic } from "../../src/onnx/float-arithmetic.js";
import { foldConstants } from "../../src/onnx/fold-constants.js";
import { makeNode } from "../../src/onnx/graph.js";
import { cloneModel, readModel } from "../../src/onnx/model.js";
import { AttributeType, DataType, type ModelProto } from "../../src/onnx/schema.js";
import { floatValues, makeTensor } from "../../src/onnx/tensor.js";
import { encoders } from "../encoder/oracle.js";
import { graphOf, modelOf, run } from "./small-models.js";

const floats = (name: string, dims: number[], ...values: number[]) => makeTensor(name, dims, Float32Array.from(values));
const bytes = (name: string, dims: number[], ...values: number[]) => makeTensor(name, dims, Int8Array.from(values));
const toFloat = { to: DataType.FLOAT };

/** The initializer of a model and its values. */
function weight({ graph }: ModelProto, name: string): number[] {
  return [...floatValues(graph.initializer.find((tensor) => tensor.name === name)!)];
}

describe("foldConstants", () => {
  it("computes the weights of (Cast(w) − zero point) · scale, whichever axis the scales go along", async () => {
    const nodes = [
      makeNode("Cast", ["q"], ["float"], toFloat),
      makeNode("Sub", ["float", "zero"], ["centred"]),
      makeNode("Mul", ["centred", "scale"], ["w"]),
      makeNode("MatMul", ["x", "w"], ["y"]),
    ];
    const constants = [
      bytes("q", [2, 3], 1, 2, 3, 4, 5, 6),
      floats("zero", [2, 1], 1, 2),
      floats("scale", [3], 1, 10, 100),
    ];
    const model = modelOf(graphOf(nodes, constants));
    const before = await run(cloneModel(model), [1, 1], [1, 2]);
    expect(foldConstants(model)).toBe(1);
    expect(model.graph.node.map(({ opType }) => opType)).toEqual(["MatMul"]);
    expect(model.graph.initializer.map(({ name }) => name)).toEqual(["w"]);
    expect(weight(model, "w")).toEqual([0, 10, 200, 2, 30, 400]);
    expect(await run(model, [1, 1], [1, 2])).toEqual(before);
  });

  it("transposes matrices and reads through Identity", async () => {
    const nodes = [
      makeNode("Transpose", ["w"], ["t"], { perm: [1, 0] }),
      makeNode("Identity", ["t"], ["same"]),
      makeNode("MatMul", ["x", "same"], ["y"]),
    ];
    const model = modelOf(graphOf(nodes, [floats("w", [3, 2], 1, 2, 3, 4, 5, 6)]));
    expect(foldConstants(model)).toBe(0);
    expect(model.graph.node.map(({ input }) => input)).toEqual([["x", "t"]]);
    expect(weight(model, "t")).toEqual([1, 3, 5, 2, 4, 6]);
    expect(await run(model, [1, 1], [1, 2])).toEqual({ y: [3, 7, 11] });
  });

  it("keeps an Identity that a branch reads", async () => {
    const node = makeNode("If", ["yes"], ["y"]);
    for (const name of ["then_branch", "else_branch"]) {
      const branch = { ...graphOf([makeNode("Mul", ["x", "same"], ["inner"])], [], "x", "inner"), input: [] };
      node.attribute.push({ name, type: AttributeType.GRAPH, g: branch });
    }
    const yes = { name: "yes", dims: [], dataType: DataType.BOOL, rawData: Uint8Array.of(1) };
    const nodes = [makeNode("Identity", ["w"], ["same"]), node];
    const model = modelOf(graphOf(nodes, [floats("w", [2], 3, 4), yes]));
    foldConstants(model);
    expect(await run(model, [1, 2], [2])).toEqual({ y: [3, 8] });
  });

  it("leaves what depends on the input, scalars and whole numbers", () => {
    const nodes = [
      makeNode("Cast", ["lengths"], ["f"], toFloat),
      makeNode("Mul", ["half", "half"], ["quarter"]),
      makeNode("Mul", ["x", "quarter"], ["scaled"]),
      makeNode("Mul", ["scaled", "f"], ["y"]),
    ];
    const constants = [makeTensor("lengths", [2], BigInt64Array.of(1n, 2n)), floats("half", [], 0.5)];
    const model = modelOf(graphOf(nodes, constants));
    expect(foldConstants(model)).toBe(0);
    expect(model.graph.node).toEqual(nodes);
  });

  it.each([
    ["bert/onnx/model.onnx", 0],
    ["bert/onnx/variants/int8_dq.onnx", 20],
    ["bert/onnx/variants/model_quantized.onnx", 18],
  ])("makes float32 weights of the quantised ones of %s", async (file, quantized) => {
    const model = await readModel(encoders + file);
    useFloatArithmetic(model);
    expect(foldConstants(model)).toBe(quantized);
    const products = model.graph.node.filter(({ opType }) => opType === "MatMul");
    const names = new Set(model.graph.initializer.filter((t) => t.dataType === DataType.FLOAT).map(({ name }) => name));
    expect(products.filter(({ input }) => names.has(input[1]))).toHaveLength(18);
  });
});
