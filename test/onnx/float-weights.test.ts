import { describe, expect, it } from "vitest";
import { useFloatArithmetic } from "../../src/onnx/float-arithmetic.js";
import { storeFloat32 } from "../../src/onnx/float-weights.js";
import { cloneModel, readModel } from "../../src/onnx/model.js";
import { quantizeWeights } from "../../src/onnx/quantize.js";
import { DataType, type ModelProto } from "../../src/onnx/schema.js";
import { sizeOf } from "../../src/onnx/tensor.js";
import { encoders, variants } from "../encoder/oracle.js";

/** Element types of what is large enough to be weights; whole numbers of 64 bits are positions. */
function weightTypes({ graph }: ModelProto): number[] {
  const large = graph.initializer.filter((tensor) => sizeOf(tensor) >= 64 && tensor.dataType !== DataType.INT64);
  return [...new Set(large.map(({ dataType }) => dataType))];
}

describe("storeFloat32", () => {
  it.each(variants)("leaves float32 weights alone in $file", async ({ file }) => {
    const model = await readModel(`${encoders}${file}`);
    useFloatArithmetic(model);
    storeFloat32(model);
    expect(weightTypes(model)).toEqual([DataType.FLOAT]);
  });

  it("undoes the storing as int8, embedding tables too", async () => {
    const model = await readModel(`${encoders}bert/onnx/model.onnx`);
    const tensors = quantizeWeights(model);
    expect(weightTypes(model)).toContain(DataType.INT8);
    expect(storeFloat32(model)).toBe(tensors);
    expect(weightTypes(model)).toEqual([DataType.FLOAT]);
    expect(storeFloat32(cloneModel(model))).toBe(0);
  });
});
