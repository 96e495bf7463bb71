import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { hasIntegerProducts } from "./instructions.js";
import { release } from "./release.js";

/** Of onnxruntime-node. */
export const onnxruntimeVersion: string = env.versions.node ?? "unknown";

/** One graph, ready to run on batches of token ids. */
export interface GraphSession {
  /** Names of the graph's inputs. */
  readonly inputs: readonly string[];
  /**
   * Runs one padded batch and returns its float32 outputs in row-major order, those of a text side by side: [B, ΣF].
   * Blocks the thread until it is done: onnxruntime-node computes on the caller's thread.
   */
  run(feeds: Record<string, BigInt64Array>, dims: readonly [batch: number, tokens: number]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * Loads an ONNX graph for the CPU.
 * @param model a file's path, or the bytes of a model. @param threads for the products inside one run.
 */
export async function openSession(model: string | Uint8Array, threads: number): Promise<GraphSession> {
  const session = await createSession(model, threads);
  return {
    inputs: session.inputNames,
    async run(feeds, dims) {
      const tensors = Object.entries(feeds).map(([name, data]) => [name, new Tensor("int64", data, dims)] as const);
      const results = await session.run(Object.fromEntries(tensors));
      return sideBySide(
        session.outputNames.map((name) => results[name].data as Float32Array),
        dims[0],
      );
    },
    dispose: () => session.release(),
  };
}

function sideBySide(parts: readonly Float32Array[], rows: number): Float32Array {
  if (parts.length === 1) return parts[0];
  const width = parts.reduce((sum, { length }) => sum + length / rows, 0);
  const joined = new Float32Array(rows * width);
  let from = 0;
  for (const part of parts) {
    const size = part.length / rows;
    for (let row = 0; row < rows; row++) joined.set(part.subarray(row * size, (row + 1) * size), row * width + from);
    from += size;
  }
  return joined;
}

/** A tensor at the border of a graph; whole numbers are int64. */
export interface NamedTensor {
  data: Float32Array | BigInt64Array;
  dims: readonly number[];
}

export type WantedOutputs = Record<string, { data: Float32Array; dims: readonly number[] } | null>;

export interface OutputTensor {
  type: string;
  data: unknown;
  dims: readonly number[];
}

/** One graph with any inputs and outputs, for training. */
export interface TensorSession {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Runs the graph on the caller's thread, without copying what goes in.
   * @param wanted the outputs that are asked for: an array to write to, or null for a new one. Without it all come, as new arrays.
   * @returns the new arrays
   */
  run(feeds: Record<string, NamedTensor>, wanted?: WantedOutputs): Promise<Record<string, OutputTensor>>;
  dispose(): Promise<void>;
}

/** @param optimize false loads faster, for graphs that run once. */
export async function openTensorSession(model: Uint8Array, threads: number, optimize = true): Promise<TensorSession> {
  const session = await createSession(model, threads, optimize ? "all" : "disabled");
  const asTensor = ({ data, dims }: NamedTensor) =>
    data instanceof Float32Array ? new Tensor("float32", data, dims) : new Tensor("int64", data, dims);
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds, wanted) {
      const tensors = Object.fromEntries(session.inputNames.map((name) => [name, asTensor(feeds[name])]));
      if (!wanted) return await session.run(tensors);
      const outputs = Object.entries(wanted).map(([name, into]) => [name, into && asTensor(into)] as const);
      const results = await session.run(tensors, Object.fromEntries(outputs));
      // What was written to an array of the caller's comes once more, as a copy.
      const again = Object.entries(results).flatMap(([name, { data }]) => (wanted[name] ? [data as Float32Array] : []));
      release(again.filter(({ buffer }) => !Object.values(wanted).some((into) => into?.data.buffer === buffer)));
      return Object.fromEntries(Object.entries(results).filter(([name]) => !wanted[name]));
    },
    dispose: () => session.release(),
  };
}

const integerProductsAreExact = process.arch !== "x64" || hasIntegerProducts();

function createSession(
  model: string | Uint8Array,
  threads: number,
  graphOptimizationLevel: "all" | "disabled" = "all",
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
    graphOptimizationLevel,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    extra: {
      session: {
        // Without this, weight-only int8 products would round the activations to int8 as well.
        qdq_matmulnbits_accuracy_level: "1",
        // Exact sums of 8-bit products, at half the speed, where the processor's own instructions would saturate.
        x64quantprecision: integerProductsAreExact ? "0" : "1",
        // Sessions take turns in training: the threads of one that is done must not spin beside those of the next.
        force_spinning_stop: "1",
      },
    },
  };
  return typeof model === "string" ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
}
