import { describe, expect, it } from "vitest";
import { useFloat32 } from "../../src/onnx/float32.js";
import { makeNode } from "../../src/onnx/graph.js";
import { encodeModel, readModel } from "../../src/onnx/model.js";
import { AttributeType, DataType, type TensorProto } from "../../src/onnx/schema.js";
import { openTensorSession } from "../../src/runtime/onnxruntime.js";
import { encoders, largestDifference } from "../encoder/oracle.js";
import { graphOf, modelOf, run } from "./small-models.js";

/** Numbers of half precision: 1.5 and -2. */
const halves = (name: string): TensorProto => ({
  name,
  dims: [2],
  dataType: DataType.FLOAT16,
  rawData: new Uint8Array(Uint16Array.of(0x3e00, 0xc000).buffer),
});

describe("useFloat32", () => {
  it("widens weights, constants, casts and what branches hold", async () => {
    const constant = makeNode("Constant", [], ["c"]);
    constant.attribute.push({ name: "value", type: AttributeType.TENSOR, t: halves("") });
    const branch = (opType: string) => {
      const graph = graphOf([makeNode(opType, ["product", "inside"], ["inner"])], [halves("inside")], "x", "inner");
      graph.output[0].type!.tensorType!.elemType = DataType.FLOAT16;
      return { ...graph, input: [] };
    };
    const node = makeNode("If", ["yes"], ["chosen"]);
    node.attribute.push({ name: "then_branch", type: AttributeType.GRAPH, g: branch("Add") });
    node.attribute.push({ name: "else_branch", type: AttributeType.GRAPH, g: branch("Sub") });
    const nodes = [
      constant,
      makeNode("Cast", ["x"], ["half"], { to: DataType.FLOAT16 }),
      makeNode("Mul", ["half", "w"], ["scaled"]),
      makeNode("Mul", ["scaled", "c"], ["product"]),
      node,
      makeNode("Cast", ["chosen"], ["y"], { to: DataType.FLOAT }),
    ];
    const yes = { name: "yes", dims: [], dataType: DataType.BOOL, rawData: Uint8Array.of(1) };
    const model = modelOf(graphOf(nodes, [halves("w"), yes]));
    expect(useFloat32(model)).toBe(true);
    // 1/3 has no exact form in half precision: x · w · c + inside
    const { y } = await run(model, [1 / 3, 1], [2]);
    expect(y[0]).toBeCloseTo((1 / 3) * 1.5 * 1.5 + 1.5, 6);
    expect(y[1]).toBeCloseTo(1 * 4 - 2, 6);
  });

  it("says that there was nothing to change", async () => {
    const model = await readModel(`${encoders}bert/onnx/model.onnx`);
    const before = encodeModel(model);
    expect(useFloat32(model)).toBe(false);
    expect(encodeModel(model)).toEqual(before);
  });

  it("makes a float16 encoder compute in float32", async () => {
    const model = await readModel(`${encoders}bert/onnx/variants/model_fp16.onnx`);
    expect(useFloat32(model)).toBe(true);
    expect(model.graph.initializer.filter(({ dataType }) => dataType === DataType.FLOAT16)).toEqual([]);
    const hidden = async (file: string | null) => {
      const bytes = encodeModel(file ? await readModel(encoders + file) : model);
      const session = await openTensorSession(bytes, 1);
      const ids = BigInt64Array.from([2n, 7n, 12n, 3n]);
      const inputs = { input_ids: ids, attention_mask: ids.map(() => 1n), token_type_ids: ids.map(() => 0n) };
      const feeds = Object.entries(inputs).map(([name, data]) => [name, { data, dims: [1, 4] }] as const);
      const results = await session.run(Object.fromEntries(feeds));
      await session.dispose();
      return results[session.outputs[0]].data as Float32Array;
    };
    // fp16_weights_cast holds the same weights and computes in float32
    const wanted = await hidden("bert/onnx/variants/fp16_weights_cast.onnx");
    expect(largestDifference(await hidden(null), wanted)).toBeLessThan(constantTolerance);
    expect(largestDifference(await hidden("bert/onnx/variants/model_fp16.onnx"), wanted)).toBeGreaterThan(1e-4);
  });
});

/** model_fp16 holds epsilons and scales that were rounded to float16 as well. */
const constantTolerance = 1e-4;
