import { OnnxGraphError } from "./errors.js";
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from "./schema.js";
import { AttributeType } from "./schema.js";
import { toNumber } from "./tensor.js";

/** Look-ups over a graph as it was at construction: who makes a tensor, who reads it, which ones are constant. */
export class GraphIndex {
  readonly nodes: readonly NodeProto[];
  readonly initializers = new Map<string, TensorProto>();
  /** Position in `nodes` of the node that makes a tensor. */
  readonly producerOf = new Map<string, number>();
  /** Positions in `nodes` of the nodes that read a tensor, in order; reads inside `If` and `Loop` bodies count. */
  readonly consumersOf = new Map<string, number[]>();

  constructor(readonly graph: GraphProto) {
    this.nodes = [...graph.node];
    for (const tensor of graph.initializer) this.initializers.set(tensor.name!, tensor);
    graph.node.forEach((node, position) => {
      for (const output of node.output) if (output) this.producerOf.set(output, position);
      for (const input of readsOf(node)) {
        const readers = this.consumersOf.get(input);
        if (readers) readers.push(position);
        else this.consumersOf.set(input, [position]);
      }
      if (node.opType === "Constant") {
        const value = attributeOf(node, "value")?.t;
        if (value) this.initializers.set(node.output[0], value);
      }
    });
  }

  producer(tensor: string): NodeProto | undefined {
    const position = this.producerOf.get(tensor);
    return position === undefined ? undefined : this.nodes[position];
  }

  consumers(tensor: string): NodeProto[] {
    return (this.consumersOf.get(tensor) ?? []).map((position) => this.nodes[position]);
  }

  /** The constant that a tensor holds, followed through Identity; undefined where it depends on the input. */
  constant(tensor: string): TensorProto | undefined {
    const found = this.initializers.get(tensor);
    if (found) return found;
    const node = this.producer(tensor);
    return node?.opType === "Identity" ? this.constant(node.input[0]) : undefined;
  }
}

/** The nodes of a graph and of the graphs inside it. */
export function nodesOf({ node }: GraphProto): NodeProto[] {
  return node.flatMap((each) => [each, ...each.attribute.flatMap(({ g }) => (g ? nodesOf(g) : []))]);
}

/** The names that a node reads, those inside its sub-graphs too. */
export function readsOf(node: NodeProto): string[] {
  const names = new Set(node.input.filter(Boolean));
  for (const attribute of node.attribute) {
    if (!attribute.g) continue;
    const inner = new Set(attribute.g.node.flatMap((n) => n.output));
    for (const name of attribute.g.node.flatMap(readsOf)) if (!inner.has(name)) names.add(name);
    for (const { name } of attribute.g.output) if (!inner.has(name)) names.add(name);
  }
  return [...names];
}

export function attributeOf(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((attribute) => attribute.name === name);
}

export function intAttribute(node: NodeProto, name: string, byDefault: number): number {
  const attribute = attributeOf(node, name);
  return attribute ? toNumber(attribute.i) : byDefault;
}

/** A node of the standard operator set. Attribute values may be whole numbers or lists of them. */
export function makeNode(
  opType: string,
  input: string[],
  output: string[],
  attributes: Record<string, number | number[]> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) =>
    Array.isArray(value)
      ? { name, type: AttributeType.INTS, ints: value }
      : { name, type: AttributeType.INT, i: value },
  );
  return { opType, input, output, attribute, name: output[0] };
}

/** Puts every node behind those it reads from (Kahn 1962), keeping the given order where it is free. */
export function sortTopologically(graph: GraphProto): void {
  const known = new Set([...graph.initializer.map((t) => t.name), ...graph.input.map((i) => i.name)]);
  const makers = new Map(graph.node.flatMap((node, i) => node.output.map((name) => [name, i] as const)));
  const waiting = graph.node.map((node) => readsOf(node).filter((n) => !known.has(n) && makers.has(n)).length);
  const readers = new Map<number, number[]>();
  graph.node.forEach((node, i) => {
    for (const name of readsOf(node)) {
      const maker = known.has(name) ? undefined : makers.get(name);
      if (maker !== undefined) readers.set(maker, [...(readers.get(maker) ?? []), i]);
    }
  });
  const ready = waiting.flatMap((count, i) => (count === 0 ? [i] : []));
  const sorted: NodeProto[] = [];
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    sorted.push(graph.node[next]);
    for (const reader of readers.get(next) ?? []) if (--waiting[reader] === 0) insertSorted(ready, reader);
  }
  if (sorted.length < graph.node.length) throw new OnnxGraphError("The graph has a cycle: it is damaged.");
  graph.node = sorted;
}

function insertSorted(positions: number[], value: number): void {
  let at = positions.length;
  while (at > 0 && positions[at - 1] > value) at--;
  positions.splice(at, 0, value);
}

/** A name that no tensor of the graph has. */
export function freshName(index: GraphIndex, wanted: string): string {
  let name = wanted;
  const taken = (n: string) => index.initializers.has(n) || index.producerOf.has(n) || index.consumersOf.has(n);
  for (let i = 2; taken(name); i++) name = `${wanted}_${i}`;
  return name;
}
