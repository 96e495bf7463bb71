import { floatEncoder } from "../adapt/tail-graphs.js";
import type { Encoder } from "../encoder/encoder.js";
import { GraphIndex } from "../onnx/graph.js";
import { DataType, type ModelProto, type NodeProto, type TensorProto } from "../onnx/schema.js";
import { dimsOf, makeTensor } from "../onnx/tensor.js";
import type { Random } from "../random.js";

/** The standard deviation that BERT was initialised with (Devlin et al. 2019). */
const DEVIATION = 0.02;

/**
 * The same architecture with nothing learnt: matrices and embedding tables from N(0, 0.02²), normalisations with weight 1,
 * biases 0, as before pretraining. What is no weight (masks, rotary frequencies) stays.
 * @returns a model of its own, all weights float32; for `Encoder.withModel`
 */
export function withRandomWeights(encoder: Encoder, random: Random): ModelProto {
  const model = floatEncoder(encoder.model);
  const index = new GraphIndex(model.graph);
  model.graph.initializer = model.graph.initializer.map((tensor) =>
    tensor.dataType === DataType.FLOAT ? drawn(tensor, index.consumers(tensor.name!), random) : tensor,
  );
  return model;
}

function drawn(tensor: TensorProto, readers: readonly NodeProto[], random: Random): TensorProto {
  const dims = dimsOf(tensor);
  const values = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  const isRead = (...operators: string[]) => readers.some(({ opType }) => operators.includes(opType));
  const isMatrix = dims.length === 2 && Math.min(...dims) > 1 && isRead("MatMul", "Gemm", "Gather", "Transpose");
  if (isMatrix) for (let i = 0; i < values.length; i++) values[i] = DEVIATION * random.normal();
  else if (dims.length !== 1 || values.length < 2) return tensor;
  else if (readers.some((node) => scales(node, tensor.name!))) values.fill(1);
  else if (!isRead("Add", "Gemm", "LayerNormalization", "SkipLayerNormalization")) return tensor;
  return makeTensor(tensor.name!, dims, values);
}

function scales({ opType, input }: NodeProto, name: string): boolean {
  return opType === "Mul" || (/LayerNormalization$/.test(opType) && input.indexOf(name) === 1);
}
