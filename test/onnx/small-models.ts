import { encodeModel } from "../../src/onnx/model.js";
import { DataType, type GraphProto, type ModelProto, type NodeProto, type TensorProto } from "../../src/onnx/schema.js";
import { openTensorSession } from "../../src/runtime/onnxruntime.js";

/** A graph with one float input and one float output. */
export function graphOf(node: NodeProto[], initializer: TensorProto[], input = "x", output = "y"): GraphProto {
  const float = (name: string) => ({ name, type: { tensorType: { elemType: DataType.FLOAT } } });
  return { name: "small", node, initializer, input: [float(input)], output: [float(output)], valueInfo: [] };
}

export function modelOf(graph: GraphProto, opset = 17): ModelProto {
  return { irVersion: 8, opsetImport: [{ domain: "", version: opset }], graph };
}

/** The outputs of a model for one float input. */
export async function run(model: ModelProto, data: number[], dims: number[]): Promise<Record<string, number[]>> {
  const session = await openTensorSession(encodeModel(model), 1);
  const results = await session.run({ [session.inputs[0]]: { data: Float32Array.from(data), dims } });
  await session.dispose();
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, [...(value.data as Float32Array)]]));
}
