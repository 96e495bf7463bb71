import type { HiddenStates } from "./hidden-states.js";
import { stepAdamW, type WeightGroup } from "./optimizer.js";
import type { Parameters } from "./parameters.js";
import type { TailSession } from "./tail-session.js";

/** How the weights change once their gradients are known. */
export interface Update {
  groups: readonly WeightGroup[];
  /** Gradients of a larger norm are scaled down to it. */
  clipNorm: number;
  /** α of the pull towards the pretrained weights. */
  pull: number;
}

/**
 * The layers while they are trained: all that needs their weights. Runs in a thread of its own (layer-worker.ts; `RemoteLayers` talks to it):
 * tensors come out of onnxruntime as new arrays, megabytes in every step, and the garbage collector, which looks at the whole heap for their sake,
 * has little to look at there.
 */
export class LayerTraining {
  #inTraining: Float32Array | undefined;

  constructor(
    readonly session: TailSession,
    readonly states: HiddenStates,
  ) {}

  /** @param texts B indices into the hidden states. @returns [B, D] */
  forward(texts: readonly number[]): Promise<Float32Array> {
    return this.session.forward(this.states, texts);
  }

  /** As `forward`, without a way back. */
  embed(texts: readonly number[]): Promise<Float32Array> {
    return this.session.embed(this.states, texts);
  }

  /** A step of the optimiser. @param dEmbeddings dL/dE of the batch of the last `forward`, [B, D] */
  async update(dEmbeddings: Float32Array, { groups, clipNorm, pull }: Update): Promise<void> {
    await this.session.backward(dEmbeddings);
    const { parameters } = this.session;
    if (pull) this.#pullBack(parameters, pull);
    const size = parameters.gradientNorm();
    stepAdamW(parameters, groups, size > clipNorm ? clipNorm / size : 1);
  }

  /** What changes from step to step: weights and moments, [P] each. */
  get arrays(): readonly Float32Array[] {
    const { weights, moments } = this.session.parameters;
    return [weights, ...moments];
  }

  restore(arrays: readonly Float32Array[]): void {
    this.arrays.forEach((array, i) => {
      array.set(arrays[i]);
    });
  }

  /** Takes on w₀ + share (w − w₀), with w₀ the pretrained weights, until `resume`. @returns these weights, [P] */
  blend(share: number): Float32Array {
    const { weights } = this.session.parameters;
    this.#inTraining = weights.slice();
    if (share === 1) return weights;
    this.#eachPretrained((pretrained, start) => {
      for (const [i, w0] of pretrained.entries()) weights[start + i] = w0 + share * (weights[start + i] - w0);
    });
    return weights;
  }

  /** Goes back to the weights in training. */
  resume(): void {
    if (this.#inTraining) this.session.parameters.weights.set(this.#inTraining);
    this.#inTraining = undefined;
  }

  /** The gradient of α/2 ‖w − w₀‖². */
  #pullBack({ weights, gradients }: Parameters, alpha: number): void {
    this.#eachPretrained((pretrained, start) => {
      for (const [i, w0] of pretrained.entries()) gradients[start + i] += alpha * (weights[start + i] - w0);
    });
  }

  #eachPretrained(visit: (weights: Float32Array, start: number) => void): void {
    const { layout, graphs } = this.session;
    for (const { name, start } of layout) visit(graphs.weights.get(name)!.data, start);
  }
}
