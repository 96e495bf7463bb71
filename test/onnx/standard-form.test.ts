import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepareEncoder, tailGraphs } from "../../src/adapt/tail-graphs.js";
import { encodeModel, opsetOf, readModel } from "../../src/onnx/model.js";
import { DataType, type ModelProto } from "../../src/onnx/schema.js";
import { encoders } from "../encoder/oracle.js";

const bert = `${encoders}bert/onnx/model.onnx`;

/** The model after it was written and read. */
async function reread(model: ModelProto): Promise<ModelProto> {
  const path = join(await mkdtemp(join(tmpdir(), "headstart-")), "model.onnx");
  await writeFile(path, encodeModel(model));
  return await readModel(path);
}

/** The names of the weights that training its last layer changes. */
async function trainedWeights(model: ModelProto): Promise<string[]> {
  return [...tailGraphs(await prepareEncoder(model, "mean"), 1).weights.keys()];
}

describe("readModel", () => {
  it("takes the standard domain by its name", async () => {
    const plain = await readModel(bert);
    const named = await readModel(bert);
    for (const each of [...named.opsetImport, ...named.graph.node]) if (!each.domain) each.domain = "ai.onnx";
    const read = await reread(named);
    expect(opsetOf(read)).toBe(opsetOf(plain));
    expect(await trainedWeights(read)).toEqual(await trainedWeights(plain));
  });

  it("takes weights that are declared as inputs, as they were up to version 3 of the format", async () => {
    const plain = await readModel(bert);
    const inputs = plain.graph.input.map(({ name }) => name);
    const old = await readModel(bert);
    old.irVersion = 3;
    for (const { name } of old.graph.initializer) {
      old.graph.input.push({ name: name!, type: { tensorType: { elemType: DataType.FLOAT } } });
    }
    const read = await reread(old);
    expect(read.graph.input.map(({ name }) => name)).toEqual(inputs);
    expect(await trainedWeights(read)).toEqual(await trainedWeights(plain));
  });
});
