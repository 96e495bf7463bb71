import { makeNode } from "./graph.js";
import { opsetOf } from "./model.js";
import type { ModelProto, TensorProto } from "./schema.js";
import { makeTensor } from "./tensor.js";

const epsilon = 1e-12; // as torch.nn.functional.normalize

/** Adds nodes and constants to the end of a graph, in the form that its operator set wants. */
export class Appender {
  readonly #model: ModelProto;

  constructor(model: ModelProto) {
    this.#model = model;
  }

  node(opType: string, inputs: string[], output: string, attributes: Record<string, number | number[]> = {}): string {
    this.#model.graph.node.push(makeNode(opType, inputs, [output], attributes));
    return output;
  }

  constant(tensor: TensorProto): string {
    this.#model.graph.initializer.push(tensor);
    return tensor.name!;
  }

  scalar(name: string, value: number): string {
    return this.constant(makeTensor(name, [], Float32Array.of(value)));
  }

  reshape(input: string, dims: number[], output: string): string {
    const shape = this.constant(makeTensor(`${output}_shape`, [dims.length], BigInt64Array.from(dims, BigInt)));
    return this.node("Reshape", [input, shape], output);
  }

  /** Reductions have their axes as an attribute up to operator set 17 and as an input from 18 on. */
  reduce(
    opType: "ReduceMax" | "ReduceMin" | "ReduceL2",
    input: string,
    axis: number,
    keep: boolean,
    output: string,
  ): string {
    const keepdims = Number(keep);
    if (opsetOf(this.#model) < 18) return this.node(opType, [input], output, { axes: [axis], keepdims });
    const axes = this.constant(makeTensor(`${output}_axes`, [1], BigInt64Array.of(BigInt(axis))));
    return this.node(opType, [input, axes], output, { keepdims });
  }

  /** x / max(‖x‖₂, ε) along the last axis of [B, D]. */
  normalized(input: string, name: (step: string) => string): string {
    const norm = this.reduce("ReduceL2", input, 1, true, name("norm"));
    const floor = this.node("Max", [norm, this.scalar(name("epsilon"), epsilon)], name("floor"));
    return this.node("Div", [input, floor], name("normalized"));
  }
}
