import { attributeOf } from "./graph.js";
import {
  type AttributeProto,
  AttributeType,
  DataType,
  type GraphProto,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from "./schema.js";
import { dimsOf, floatValues, makeTensor } from "./tensor.js";

/**
 * Turns a graph that computes in float16 into one that computes in float32: weights, constants, casts, inputs and outputs.
 * @param model its graph's lists and nodes are changed, what these hold is replaced: a clone leaves the original as it was.
 * @returns whether there was anything to change.
 */
export function useFloat32(model: ModelProto): boolean {
  return widenGraph(model.graph);
}

function widenGraph(graph: GraphProto): boolean {
  let changed = false;
  const noted = <T>(value: T, widened: T | undefined): T => {
    if (widened === undefined) return value;
    changed = true;
    return widened;
  };
  graph.initializer = graph.initializer.map((tensor) => noted(tensor, widenedTensor(tensor)));
  for (const list of ["input", "output", "valueInfo"] as const) {
    graph[list] = graph[list].map((value) => noted(value, widenedInfo(value)));
  }
  for (const node of graph.node) {
    node.attribute = node.attribute.map((attribute) => noted(attribute, widenedAttribute(attribute)));
    const to = node.opType === "Cast" ? attributeOf(node, "to") : undefined;
    if (Number(to?.i) !== DataType.FLOAT16) continue;
    node.attribute = [{ name: "to", type: AttributeType.INT, i: DataType.FLOAT }];
    changed = true;
  }
  return changed;
}

function widenedTensor(tensor: TensorProto): TensorProto | undefined {
  if (tensor.dataType !== DataType.FLOAT16) return undefined;
  return makeTensor(tensor.name ?? "", dimsOf(tensor), floatValues(tensor));
}

function widenedInfo(value: ValueInfoProto): ValueInfoProto | undefined {
  const { tensorType } = value.type ?? {};
  if (tensorType?.elemType !== DataType.FLOAT16) return undefined;
  return { ...value, type: { tensorType: { ...tensorType, elemType: DataType.FLOAT } } };
}

function widenedAttribute(attribute: AttributeProto): AttributeProto | undefined {
  const t = attribute.t && widenedTensor(attribute.t);
  if (t) return { ...attribute, t };
  if (!attribute.g) return undefined;
  const g = { ...attribute.g, node: attribute.g.node.map((node) => ({ ...node })) };
  return widenGraph(g) ? { ...attribute, g } : undefined;
}
