import { describe, expect, it } from "vitest";
import { probeGraph } from "../../src/autodiff/probe.js";
import { describeShape } from "../../src/autodiff/shape.js";
import { makeNode } from "../../src/onnx/graph.js";
import { DataType, type ModelProto } from "../../src/onnx/schema.js";
import { makeTensor, rawValues } from "../../src/onnx/tensor.js";

const declared = (name: string) => ({ name, type: { tensorType: { elemType: DataType.INT64 } } });

const model: ModelProto = {
  irVersion: 8,
  opsetImport: [{ domain: "", version: 17 }],
  graph: {
    name: "probed",
    node: [
      makeNode("Gather", ["table", "input_ids"], ["embedded"]),
      makeNode("Shape", ["embedded"], ["shape"]),
      makeNode("Gather", ["shape", "last"], ["size"]),
      makeNode("Cast", ["attention_mask"], ["mask"], { to: DataType.BOOL }),
      makeNode("ReduceMax", ["input_ids"], ["largest id"], { keepdims: 0 }),
      makeNode("Reshape", ["embedded", "rows"], ["flat"]),
    ],
    initializer: [
      makeTensor("table", [4, 3], new Float32Array(12)),
      makeTensor("last", [1], BigInt64Array.of(2n)),
      makeTensor("rows", [2], BigInt64Array.of(-1n, 3n)),
    ],
    input: [declared("input_ids"), declared("attention_mask")],
    output: [{ name: "embedded" }],
    valueInfo: [],
  },
};

describe("probeGraph", () => {
  it("tells lengths that vary from those that do not", async () => {
    const { shapes } = await probeGraph(model);
    const described = (name: string) => describeShape(shapes.get(name)!);
    expect(described("input_ids")).toBe("[2|3, 5|7]");
    expect(described("embedded")).toBe("[2|3, 5|7, 3]");
    expect(described("flat")).toBe("[10|21, 3]");
    expect(described("table")).toBe("[4, 3]");
    expect(described("largest id")).toBe("[]");
  });

  it("knows numbers that follow from fixed lengths, and no others", async () => {
    const { constants } = await probeGraph(model);
    expect([...rawValues(constants.get("size")!)]).toEqual([3n]);
    expect([...constants.keys()].sort()).toEqual(["last", "rows", "size", "table"]);
  });

  it("knows masks of truth values", async () => {
    expect([...(await probeGraph(model)).booleans]).toEqual(["mask"]);
  });

  it("leaves the model as it was", async () => {
    const output = [...model.graph.output];
    await probeGraph(model);
    expect(model.graph.output).toEqual(output);
  });
});
