import { describe, expect, it } from "vitest";
import { makeNode } from "../../src/onnx/graph.js";
import { cloneModel, encodeModel, opsetOf, readModel } from "../../src/onnx/model.js";
import { raiseOpset } from "../../src/onnx/raise-opset.js";
import { openSession } from "../../src/runtime/onnxruntime.js";
import { encoders, oracles } from "../encoder/oracle.js";
import { graphOf, modelOf } from "./small-models.js";

const small = (opset: number, opType = "Relu") => modelOf(graphOf([makeNode(opType, ["x"], ["y"])], []), opset);

describe("raiseOpset", () => {
  it.each([
    [11, 11],
    [12, 12],
    [13, 16],
    [15, 16],
    [16, 16],
    [23, 23],
  ])("makes %i into %i", (found, wanted) => {
    const model = small(found);
    expect(raiseOpset(model)).toBe(wanted);
    expect(opsetOf(model)).toBe(wanted);
  });

  it("leaves a model with an operator that came to mean something else", () => {
    expect(raiseOpset(small(14, "BatchNormalization"))).toBe(14);
  });

  it("leaves other domains as they are", () => {
    const model = small(14);
    model.opsetImport.push({ domain: "com.microsoft", version: 1 });
    raiseOpset(model);
    expect(model.opsetImport[1]).toEqual({ domain: "com.microsoft", version: 1 });
  });

  it.each(Object.keys(oracles))("changes no bit of what %s gives", async (family) => {
    const model = await readModel(`${encoders}${family}/onnx/model.onnx`);
    const raised = cloneModel(model);
    expect([opsetOf(model), raiseOpset(raised)]).toEqual([14, 16]);
    expect(await embed(encodeModel(raised))).toEqual(await embed(encodeModel(model)));
  });
});

async function embed(bytes: Uint8Array): Promise<Float32Array> {
  const session = await openSession(bytes, 1);
  const ids = BigInt64Array.from([2n, 7n, 12n, 3n]);
  const inputs: Record<string, BigInt64Array> = {
    input_ids: ids,
    attention_mask: ids.map(() => 1n),
    token_type_ids: ids.map(() => 0n),
  };
  const feeds = Object.fromEntries(session.inputs.map((name) => [name, inputs[name]]));
  const result = await session.run(feeds, [1, 4]);
  await session.dispose();
  return result;
}
