import { floatOutput } from "../onnx/compose.js";
import { makeNode } from "../onnx/graph.js";
import { encodeModel } from "../onnx/model.js";
import { openTensorSession, type TensorSession } from "../runtime/onnxruntime.js";

/** Opset 17 and IR 8: what every onnxruntime of the last years reads. */
const versions = { irVersion: 8, opsetImport: [{ domain: "", version: 17 }] };

/**
 * A session for blocks of inner products, [A, B] of a [A, F] and b [B, F]. Onnxruntime does 100 to 150 GFLOP/s on two cores, where TensorFlow.js in
 * WebAssembly does 20. Whoever opens it disposes it.
 */
export function openProducts(threads: number): Promise<TensorSession> {
  const node = [makeNode("Gemm", ["a", "b"], ["products"], { transB: 1 })];
  const input = [floatOutput("a", ["rows", "size"]), floatOutput("b", ["columns", "size"])];
  const graph = {
    name: "products",
    node,
    initializer: [],
    input,
    output: [floatOutput("products", ["rows", "columns"])],
    valueInfo: [],
  };
  return openTensorSession(encodeModel({ ...versions, graph }), threads);
}
