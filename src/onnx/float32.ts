import { attributeOf } from "./graph.js";
import { AttributeType, DataType, type GraphProto, type ModelProto, type TensorProto } from "./schema.js";
import { dimsOf, floatValues, makeTensor } from "./tensor.js";

/**
 * Turns a graph that computes in float16 into one that computes in float32: weights, constants, casts, inputs and outputs.
 * @param model is changed in place, its nodes too. @returns whether there was anything to change.
 */
export function useFloat32(model: ModelProto): boolean {
  return convert(model.graph);
}

function convert(graph: GraphProto): boolean {
  let changed = false;
  graph.initializer = graph.initializer.map((tensor) => {
    if (tensor.dataType !== DataType.FLOAT16) return tensor;
    changed = true;
    return widened(tensor);
  });
  for (const { type } of [...graph.input, ...graph.output, ...graph.valueInfo]) {
    if (type?.tensorType?.elemType !== DataType.FLOAT16) continue;
    type.tensorType.elemType = DataType.FLOAT;
    changed = true;
  }
  for (const node of graph.node) {
    for (const attribute of node.attribute) {
      if (attribute.g && convert(attribute.g)) changed = true;
      if (attribute.t?.dataType !== DataType.FLOAT16) continue;
      attribute.t = widened(attribute.t);
      changed = true;
    }
    const to = node.opType === "Cast" ? attributeOf(node, "to") : undefined;
    if (Number(to?.i) !== DataType.FLOAT16) continue;
    node.attribute = [{ name: "to", type: AttributeType.INT, i: DataType.FLOAT }];
    changed = true;
  }
  return changed;
}

function widened(tensor: TensorProto): TensorProto {
  return makeTensor(tensor.name ?? "", dimsOf(tensor), floatValues(tensor));
}
