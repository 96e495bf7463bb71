import { existsSync, readdirSync, readFileSync } from "node:fs";
import { encoders } from "../encoder/oracle.js";

/** PyTorch's gradients of the tiny encoders; see fixtures/README.md. */
export interface GradientOracle {
  /** Token ids, attention mask … of six texts, padded. */
  batch: Record<string, number[][]>;
  /** The gradient of the six L2-normalised mean embeddings, [6, D]. */
  dE: Float32Array;
  headWeight: Float32Array; // [K, D]
  headBias: Float32Array; // [K]
  /** By the form of the weights: float32, or the name of a file whose weights are rounded. */
  gradients: Record<string, ParameterGradient[]>;
  /** The initializers of a file that hold a parameter: several where an exporter made copies of a shared one. */
  initializers: Record<string, Record<string, string[]>>;
  /** Gradient descent on the last layer: the loss before each step, and after the last. */
  training: { learningRate: number; labels: number[]; losses: number[] } | null;
}

/** Σ dE·E by a parameter as one layer uses it, in the layout that the ONNX file has. */
export interface ParameterGradient {
  parameter: string;
  layer: number;
  shape: number[];
  values: Float32Array;
  /** The true gradient is zero: softmax does not see a key bias, which shifts a whole row of scores. */
  zero: boolean;
}

export const families = readdirSync(encoders).filter((family) => existsSync(`${encoders}${family}/gradients.json`));

/** The encoder files of a family: the main one and those of other exporters and number formats. */
export function filesOf(family: string): string[] {
  return Object.keys(readJson(family).initializers);
}

export function readOracle(family: string): GradientOracle {
  const json = readJson(family);
  const bytes = readFileSync(`${encoders}${family}/gradients.bin`);
  const values = ({ offset, shape }: Stored) => {
    const start = bytes.byteOffset + offset;
    const size = shape.reduce((product, dim) => product * dim, 1);
    return new Float32Array(bytes.buffer.slice(start, start + 4 * size));
  };
  const { batch, training, initializers, tensors } = json;
  const gradients = Object.fromEntries(
    Object.entries(json.gradients).map(([form, rows]) => [
      form,
      rows.map((row) => ({ ...row, zero: row.zero ?? false, values: values(row) })),
    ]),
  );
  const [dE, headWeight, headBias] = [tensors.dE, tensors.headWeight, tensors.headBias].map(values);
  return { batch, training, initializers, gradients, dE, headWeight, headBias };
}

interface Stored {
  /** In bytes. */
  offset: number;
  shape: number[];
}

interface OracleJson extends Pick<GradientOracle, "batch" | "training" | "initializers"> {
  tensors: Record<"dE" | "headWeight" | "headBias", Stored>;
  gradients: Record<string, (Stored & { parameter: string; layer: number; zero?: boolean })[]>;
}

function readJson(family: string): OracleJson {
  return JSON.parse(readFileSync(`${encoders}${family}/gradients.json`, "utf8"));
}
