import { freshName, GraphIndex, intAttribute, makeNode, sortTopologically } from "./graph.js";
import type { ModelProto, NodeProto, TensorProto } from "./schema.js";
import { DataType } from "./schema.js";
import { dimsOf, floatValues, makeTensor } from "./tensor.js";

/**
 * Rewrites quantised weights so that any loader computes in float32, and says what it found.
 *
 * A file stays as small as it was: weights remain int8 or uint8 and become `(Cast(w) − zero point) · scale`, which
 * onnxruntime folds to plain float32 weights at load. Two forms are rewritten:
 *
 * - `DequantizeLinear(weights)`, which onnxruntime would fuse with MatMul into a kernel that rounds activations to int8;
 * - `DynamicQuantizeLinear → MatMulInteger → Cast → Mul` (dynamic quantisation), where one activation scale serves a
 *   whole batch, so that a text's result would depend on its neighbours.
 *
 * @param model is changed in place. @returns a sentence for each form that was found.
 */
export function useFloatArithmetic(model: ModelProto): string[] {
  const index = new GraphIndex(model.graph);
  const weights = rewriteDequantizedWeights(index);
  const products = rewriteIntegerProducts(index);
  if (weights + products > 0) sortTopologically(model.graph);
  const notes: string[] = [];
  if (weights) notes.push(`${weights} weight-only quantised tensors`);
  if (products) notes.push(`${products} dynamically quantised products, computed in float32 instead`);
  return notes;
}

function rewriteDequantizedWeights(index: GraphIndex): number {
  const { graph } = index;
  let count = 0;
  for (const node of [...graph.node]) {
    if (node.opType !== "DequantizeLinear" || intAttribute(node, "block_size", 0)) continue;
    const [values, scale, zeroPoint] = node.input.map((name) => (name ? index.constant(name) : undefined));
    if (!values || !scale) continue;
    const axis = intAttribute(node, "axis", 1);
    const shape = broadcastShape(dimsOf(values), dimsOf(scale), axis);
    const scales = makeTensor(freshName(index, `${node.output[0]}_scale`), shape, floatValues(scale));
    replaceNode(index, node, node.input[0], scales, zeroPoint && zeroPoints(index, node.output[0], zeroPoint, shape));
    count++;
  }
  return count;
}

/** Scales along one axis as a tensor that broadcasts against the weights. */
function broadcastShape(dims: number[], scaleDims: number[], axis: number): number[] {
  if (scaleDims.length !== 1 || dims.length === 0) return [];
  const at = axis < 0 ? axis + dims.length : axis;
  return dims.slice(at).map((_, i) => (i === 0 ? scaleDims[0] : 1));
}

function zeroPoints(index: GraphIndex, name: string, zeroPoint: TensorProto, shape: number[]): TensorProto | undefined {
  const values = floatValues(zeroPoint);
  return values.some((value) => value !== 0)
    ? makeTensor(freshName(index, `${name}_zero_point`), shape, values)
    : undefined;
}

function replaceNode(
  index: GraphIndex,
  node: NodeProto,
  weights: string,
  scale: TensorProto,
  zeroPoint?: TensorProto,
): void {
  const { graph } = index;
  const replacement = scaledWeights(weights, node.output[0], scale.name!, zeroPoint?.name);
  graph.node.splice(graph.node.indexOf(node), 1, ...replacement);
  graph.initializer.push(scale, ...(zeroPoint ? [zeroPoint] : []));
}

/** Nodes that compute `output = (Cast(weights) − zeroPoint) · scale`. */
export function scaledWeights(weights: string, output: string, scale: string, zeroPoint?: string): NodeProto[] {
  const float = `${output}_float`;
  const centred = zeroPoint ? `${output}_centred` : float;
  return [
    makeNode("Cast", [weights], [float], { to: DataType.FLOAT }),
    ...(zeroPoint ? [makeNode("Sub", [float, zeroPoint], [centred])] : []),
    makeNode("Mul", [centred, scale], [output]),
  ];
}

function rewriteIntegerProducts(index: GraphIndex): number {
  const { graph } = index;
  let count = 0;
  for (const product of graph.node.filter((node) => node.opType === "MatMulInteger")) {
    const quantize = index.producer(product.input[0]);
    const cast = index.consumers(product.output[0])[0];
    const rescale = cast && index.consumers(cast.output[0])[0];
    if (quantize?.opType !== "DynamicQuantizeLinear" || rescale?.opType !== "Mul") continue;
    const scales = index.producer(rescale.input.find((name) => name !== cast.output[0])!);
    const scaleName = scales?.input.find((name) => name !== quantize.output[1]);
    const scale = scaleName && index.constant(scaleName);
    if (!scale) continue;
    const zeroPoint = product.input[3] ? index.constant(product.input[3]) : undefined;
    const weights = `${product.output[0]}_weights`;
    const offsets = zeroPoint && zeroPoints(index, weights, zeroPoint, dimsOf(zeroPoint));
    const nodes = [
      ...scaledWeights(product.input[1], weights, scaleName, offsets?.name),
      makeNode("MatMul", [quantize.input[0], weights], rescale.output),
    ];
    if (offsets) graph.initializer.push(offsets);
    const gone = new Set([product, cast, rescale]);
    graph.node.splice(graph.node.indexOf(rescale), 0, ...nodes);
    graph.node = graph.node.filter((node) => !gone.has(node));
    count++;
  }
  return count;
}

/** Turns `Cast(float16 constant)` into float32 constants, so that nothing but float32 weights is left to look at. */
export function foldHalfWeights(model: ModelProto): void {
  const index = new GraphIndex(model.graph);
  model.graph.node = model.graph.node.filter((node) => {
    const constant = node.opType === "Cast" ? index.initializers.get(node.input[0]) : undefined;
    const toFloat = constant?.dataType === DataType.FLOAT16 && intAttribute(node, "to", 0) === DataType.FLOAT;
    if (toFloat) model.graph.initializer.push(makeTensor(node.output[0], dimsOf(constant), floatValues(constant)));
    return !toFloat;
  });
}
