import { GraphIndex } from "../onnx/graph.js";
import { encodeModel } from "../onnx/model.js";
import { DataType, type ModelProto, type TensorProto } from "../onnx/schema.js";
import { dimsOf, makeTensor } from "../onnx/tensor.js";
import { type NamedTensor, openTensorSession } from "../runtime/onnxruntime.js";
import { fixedShape, pairShapes, type Shape } from "./shape.js";

/** Two batches that differ in both lengths, neither of them 1: an axis of length 1 in both runs is one that broadcasts. */
const probes = [
  { batch: 2, tokens: 5 },
  { batch: 3, tokens: 7 },
] as const;

/** What two runs of a graph tell about its tensors. */
export interface GraphFacts {
  shapes: Map<string, Shape>;
  /**
   * Constants of the graph, and vectors of whole numbers that were the same in both runs, whose tokens differ too: they
   * follow from fixed shapes.
   */
  constants: Map<string, TensorProto>;
  /** Tensors of truth values: masks. */
  booleans: ReadonlySet<string>;
}

/**
 * The shapes of all tensors of an encoder's graph, seen by running it on two small batches. Exact for any graph that
 * onnxruntime runs, where shape inference would need a rule for every operator.
 *
 * @param model its inputs are token ids, masks and the like, [B, T] of int64; is not changed.
 */
export async function probeGraph(model: ModelProto): Promise<GraphFacts> {
  const { graph } = model;
  const outputs = [...new Set(graph.node.flatMap((node) => node.output.filter(Boolean)))];
  const open = { ...model, graph: { ...graph, output: outputs.map((name) => ({ name })) } };
  const session = await openTensorSession(encodeModel(open), 1, false);
  try {
    const [small, large] = [await session.run(feeds(model, 0)), await session.run(feeds(model, 1))];
    const shapes = new Map(outputs.map((name) => [name, pairShapes(small[name].dims, large[name].dims)]));
    for (const tensor of graph.initializer) shapes.set(tensor.name!, fixedShape(dimsOf(tensor)));
    for (const { name } of graph.input) shapes.set(name, pairShapes(dimsOfProbe(0), dimsOfProbe(1)));
    const constants = new Map(new GraphIndex(graph).initializers);
    const booleans = new Set(outputs.filter((name) => small[name].type === "bool"));
    for (const [name, { dataType }] of constants) if (dataType === DataType.BOOL) booleans.add(name);
    for (const name of outputs) {
      const values = sameVector(small[name].data, large[name].data);
      if (values && shapes.get(name)!.length <= 1) constants.set(name, makeTensor(name, [values.length], values));
    }
    return { shapes, constants, booleans };
  } finally {
    await session.dispose();
  }
}

function sameVector(a: unknown, b: unknown): BigInt64Array | undefined {
  if (!(a instanceof BigInt64Array && b instanceof BigInt64Array)) return undefined;
  return a.length === b.length && a.every((value, i) => value === b[i]) ? a : undefined;
}

function feeds({ graph }: ModelProto, which: 0 | 1): Record<string, NamedTensor> {
  const dims = dimsOfProbe(which);
  return Object.fromEntries(
    graph.input.map(({ name }) => {
      const value = name === "attention_mask" ? 1n : name === "input_ids" ? BigInt(which) : 0n;
      return [name, { data: new BigInt64Array(dims[0] * dims[1]).fill(value), dims }];
    }),
  );
}

function dimsOfProbe(which: 0 | 1): number[] {
  return [probes[which].batch, probes[which].tokens];
}
