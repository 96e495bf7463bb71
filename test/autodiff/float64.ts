import { AttributeType, DataType, type GraphProto, type ModelProto, type TensorProto } from "../../src/onnx/schema.js";
import { floatValues } from "../../src/onnx/tensor.js";

/** The same graph in float64: constants, casts and declared tensors. What was rounded to float32 in it stays rounded. */
export function inFloat64(model: ModelProto): ModelProto {
  return { ...model, graph: converted(model.graph) };
}

function converted(graph: GraphProto): GraphProto {
  const declared = (values: GraphProto["input"]) =>
    values.map((value) => {
      const tensorType = value.type?.tensorType;
      if (tensorType?.elemType !== DataType.FLOAT) return value;
      return { ...value, type: { tensorType: { ...tensorType, elemType: DataType.DOUBLE } } };
    });
  return {
    ...graph,
    input: declared(graph.input),
    output: declared(graph.output),
    valueInfo: [],
    initializer: graph.initializer.map(widened),
    node: graph.node.map((node) => ({
      ...node,
      attribute: node.attribute.map((attribute) => {
        const { name, t, i } = attribute;
        if (t) return { name, type: AttributeType.TENSOR, t: widened(t) };
        const isCast = node.opType === "Cast" && name === "to" && Number(i) === DataType.FLOAT;
        return isCast ? { name, type: AttributeType.INT, i: DataType.DOUBLE } : attribute;
      }),
    })),
  };
}

function widened(tensor: TensorProto): TensorProto {
  if (tensor.dataType !== DataType.FLOAT) return tensor;
  const { name, dims } = tensor;
  const values = Float64Array.from(floatValues(tensor));
  return { name, dims, dataType: DataType.DOUBLE, rawData: new Uint8Array(values.buffer) };
}
