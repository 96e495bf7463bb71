import { InferenceSession, Tensor } from "onnxruntime-node";

/** One graph, ready to run on batches of token ids. */
export interface GraphSession {
  /** Names of the graph's inputs. */
  readonly inputs: readonly string[];
  /**
   * Runs one padded batch and returns the first output as float32 in row-major order.
   * Blocks the thread until it is done: onnxruntime-node computes on the caller's thread.
   */
  run(feeds: Record<string, BigInt64Array>, dims: readonly [batch: number, tokens: number]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * Loads an ONNX graph for the CPU, float32 arithmetic throughout.
 * @param model a file's path, or the bytes of a model. @param threads for the products inside one run.
 */
export async function openSession(model: string | Uint8Array, threads: number): Promise<GraphSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    // Without this, weight-only int8 products would round the activations to int8 as well.
    extra: { session: { qdq_matmulnbits_accuracy_level: "1" } },
  };
  const session =
    typeof model === "string"
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  const output = session.outputNames[0];
  return {
    inputs: session.inputNames,
    async run(feeds, dims) {
      const tensors = Object.entries(feeds).map(([name, data]) => [name, new Tensor("int64", data, dims)] as const);
      const results = await session.run(Object.fromEntries(tensors), [output]);
      return results[output].data as Float32Array;
    },
    dispose: () => session.release(),
  };
}
