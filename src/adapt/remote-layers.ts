import { openWorkers, type Workers } from "../runtime/workers.js";
import type { HiddenStates } from "./hidden-states.js";
import type { Update } from "./layer-training.js";
import type { LayerMethods, LayerWorkerSetup } from "./layer-worker.js";
import { type Layout, layoutOf } from "./parameters.js";
import type { TailGraphs } from "./tail-graphs.js";

/** Above what a step of a few dozen texts makes. Its arrays are freed at once: hardly anything is ever collected. */
const youngMegabytes = 256;

/** `LayerTraining` in a thread of its own, where each method is described. Call `dispose`. */
export class RemoteLayers {
  readonly #workers: Workers<{ method: string; argument: unknown }, unknown>;
  readonly layout: Layout;

  constructor(
    readonly graphs: TailGraphs,
    readonly states: HiddenStates,
    threads: number,
  ) {
    this.layout = layoutOf(graphs.weights);
    const { forward, backward, cut, cotangent, saved, gradients, weights, sharesRows } = graphs;
    const setup: Omit<LayerWorkerSetup, "gate"> = {
      graphs: { forward, backward, cut, cotangent, saved, gradients, weights, sharesRows },
      states: states.shared,
      threads,
    };
    const file = new URL("./layer-worker.js", import.meta.url);
    this.#workers = openWorkers(file, setup, { most: 1, youngMegabytes });
  }

  forward(texts: readonly number[]): Promise<Float32Array> {
    return this.#ask("forward", texts);
  }

  embed(texts: readonly number[]): Promise<Float32Array> {
    return this.#ask("embed", texts);
  }

  update(dEmbeddings: Float32Array, how: Update): Promise<void> {
    return this.#ask("update", { dEmbeddings, how });
  }

  /** Copies. */
  arrays(): Promise<Float32Array[]> {
    return this.#ask("arrays");
  }

  restore(arrays: readonly Float32Array[]): Promise<void> {
    return this.#ask("restore", arrays);
  }

  /** @returns a copy */
  blend(share: number): Promise<Float32Array> {
    return this.#ask("blend", share);
  }

  resume(): Promise<void> {
    return this.#ask("resume");
  }

  async dispose(): Promise<void> {
    await this.#ask("dispose").catch(() => {}); // the sessions may never have opened
    await this.#workers.dispose();
  }

  #ask<Method extends keyof LayerMethods>(
    method: Method,
    argument?: Parameters<LayerMethods[Method]>[1],
  ): ReturnType<LayerMethods[Method]> {
    return this.#workers.run({ method, argument }) as ReturnType<LayerMethods[Method]>;
  }
}
