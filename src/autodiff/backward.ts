import { type GraphIndex, readsOf } from "../onnx/graph.js";
import type { NodeProto, TensorProto } from "../onnx/schema.js";
import { GradientBuilder } from "./builder.js";
import { GradientShapeError, MissingRuleError } from "./errors.js";
import { rules } from "./ops/index.js";
import type { GraphFacts } from "./probe.js";
import { NoGradient, type Rule } from "./rule.js";
import { broadcastAxes, describeShape, type Shape, sameShape } from "./shape.js";

/** Nodes that compute gradients from the tensors of a forward graph and from the gradient of its output. */
export interface BackwardGraph {
  nodes: NodeProto[];
  initializers: TensorProto[];
  /** The tensor that holds dL/dx, for each x asked for that the output depends on. */
  gradients: Map<string, string>;
}

/** What is differentiated, and with respect to what. */
export interface BackwardRequest {
  /** A tensor of the graph, and the name of the tensor that will hold dL/d(output), of the same shape. */
  output: string;
  cotangent: string;
  /** Tensors of the graph whose gradients are wanted. */
  wrt: readonly string[];
  /** Of every tensor between them and the output. */
  facts: GraphFacts;
  opset: number;
}

/**
 * Reverse-mode differentiation as a graph transformation: the vector–Jacobian product of a graph, in standard operators.
 *
 * Walks the nodes from the output back. What all rules have in common is done here: only nodes between a wanted tensor
 * and the output are visited; gradients of a tensor that is read several times are added; what was broadcast is summed;
 * every gradient is checked to have the shape of its tensor.
 *
 * @throws MissingRuleError for an operator without a rule, or a use that its rule does not cover.
 */
export function differentiate(index: GraphIndex, request: BackwardRequest): BackwardGraph {
  const { output, cotangent, wrt, facts, opset } = request;
  const constants = new Map(facts.constants);
  for (const name of wrt) constants.delete(name);
  const shapes = new Map([...facts.shapes, [cotangent, shapeOf(facts, output)]]);
  const g = new GradientBuilder({ ...facts, shapes, constants }, opset);
  const active = tensorsBetween(index, new Set(wrt), output);
  const found = new Map<string, string[]>([[output, [cotangent]]]);
  for (const node of [...index.nodes].reverse()) {
    if (!node.output.some((name) => active.has(name)) || !readsOf(node).some((name) => active.has(name))) continue;
    const dys = node.output.map((name) => total(g, found, name));
    const dy = dys.find((gradient) => gradient !== null);
    if (!dy) continue;
    const gradients = applyRule(g, node, dy, dys);
    node.input.forEach((input, i) => {
      const gradient = gradients[i];
      if (!active.has(input) || !gradient) return;
      const fitting = summedToFit(g, gradient, input, node.opType);
      found.set(input, [...(found.get(input) ?? []), fitting]);
    });
  }
  const gradients = new Map<string, string>();
  for (const name of wrt) {
    const gradient = total(g, found, name);
    if (gradient) gradients.set(name, g.unary("Identity", gradient)); // a name of its own: it may be the cotangent itself
  }
  return { nodes: g.nodes, initializers: g.initializers, gradients };
}

/** The tensors on paths of values from any of `sources` to the output, both ends included. */
function tensorsBetween(index: GraphIndex, sources: ReadonlySet<string>, output: string): Set<string> {
  const forward = new Set(sources);
  for (const node of index.nodes) {
    if (discrete.has(node.opType) || !readsOf(node).some((name) => forward.has(name))) continue;
    for (const name of node.output) forward.add(name);
  }
  const between = new Set([output]);
  for (const node of [...index.nodes].reverse()) {
    if (!node.output.some((name) => between.has(name))) continue;
    for (const name of readsOf(node)) if (forward.has(name)) between.add(name);
  }
  return between;
}

/** Operators whose results are whole numbers or truth values: no gradient passes. */
const discrete = new Set([
  ...["Shape", "Size", "ArgMax", "ArgMin", "NonZero"],
  ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not", "And", "Or", "IsNaN", "IsInf"],
  ...["Sign", "Ceil", "Floor", "Round"],
]);

/** The sum of the gradients that arrived at a tensor; null when none did. */
function total(g: GradientBuilder, found: Map<string, string[]>, tensor: string): string | null {
  const parts = found.get(tensor);
  if (!parts) return null;
  const sum = parts.reduce((a, b) => g.add(a, b));
  found.set(tensor, [sum]);
  return sum;
}

function applyRule(g: GradientBuilder, node: NodeProto, dy: string, dys: (string | null)[]) {
  const rule: Rule | undefined = node.domain ? undefined : rules[node.opType];
  const name = node.name || node.output[0];
  if (!rule) throw new MissingRuleError(qualifiedType(node), name);
  if (node.opType !== "Split" && dys.slice(1).some((gradient) => gradient !== null)) {
    throw new MissingRuleError(node.opType, name, "an output beside its first is read");
  }
  try {
    return rule(g, node, dy, dys);
  } catch (error) {
    if (error instanceof NoGradient) throw new MissingRuleError(node.opType, name, error.message);
    throw error;
  }
}

function qualifiedType(node: NodeProto): string {
  return node.domain ? `${node.domain}.${node.opType}` : node.opType;
}

/** Sums a gradient over the axes along which its tensor was broadcast. */
function summedToFit(g: GradientBuilder, gradient: string, tensor: string, opType: string): string {
  const [from, to] = [g.shape(gradient), g.shape(tensor)];
  if (sameShape(from, to)) return gradient;
  const axes = broadcastAxes(from, to);
  if (!axes) throw new GradientShapeError(opType, tensor, describeShape(from), describeShape(to));
  const added = from.length - to.length;
  const summed = g.sum(gradient, axes, added === 0);
  return added === 0 || axes.length === added ? summed : g.reshape(summed, to, tensor);
}

function shapeOf({ shapes }: GraphFacts, tensor: string): Shape {
  const shape = shapes.get(tensor);
  if (!shape) throw new RangeError(`The shape of ${tensor} is not known.`);
  return shape;
}
