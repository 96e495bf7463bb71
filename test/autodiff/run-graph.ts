import { InferenceSession, Tensor } from "onnxruntime-node";
import { encodeModel } from "../../src/onnx/model.js";
import type { ModelProto } from "../../src/onnx/schema.js";
import { inFloat64 } from "./float64.js";

export type Precision = "float32" | "float64";

/** Real values: float64 here whatever the graph computes in. */
export interface Values {
  data: Float64Array;
  dims: readonly number[];
}

/** What a graph takes: real values, whole numbers as int64 or int32, truth values as bytes of 0 and 1. */
export type Feeds = Record<
  string,
  { data: Float64Array | BigInt64Array | Int32Array | Uint8Array; dims: readonly number[] }
>;

export interface RunnableGraph {
  run(feeds: Feeds): Promise<Record<string, Values>>;
  dispose(): Promise<void>;
}

/** Opens a float32 graph, to compute in the given precision. Feeds that it has no input for are not looked at. */
export async function openGraph(model: ModelProto, precision: Precision): Promise<RunnableGraph> {
  const session = await InferenceSession.create(encodeModel(precision === "float64" ? inFloat64(model) : model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    async run(feeds) {
      const tensors = session.inputNames.map((name) => [name, asTensor(feeds[name], precision)]);
      const results = await session.run(Object.fromEntries(tensors));
      const values = (name: string) => Float64Array.from(results[name].data as ArrayLike<number>);
      return Object.fromEntries(
        session.outputNames.map((name) => [name, { data: values(name), dims: results[name].dims }]),
      );
    },
    dispose: () => session.release(),
  };
}

function asTensor({ data, dims }: Feeds[string], precision: Precision): Tensor {
  if (data instanceof BigInt64Array) return new Tensor("int64", data, dims);
  if (data instanceof Int32Array) return new Tensor("int32", data, dims);
  if (data instanceof Uint8Array) return new Tensor("bool", data, dims);
  return precision === "float64" ? new Tensor("float64", data, dims) : new Tensor(Float32Array.from(data), dims);
}
