import { type ClassifierOutput, splitOutput } from "../classifier/output.js";
import { openTextPool, type Pool } from "../encoder/pool.js";
import { Batcher, type BatcherOptions } from "./batcher.js";
import type { Group, Member } from "./compose.js";

/** How batches are formed and computed. */
export interface EngineOptions extends BatcherOptions {
  /** Threads that compute; all cores when missing. */
  workers?: number;
}

/** What is told of each batch. */
export type OnBatch = (texts: number, ms: number) => void;

/** A group's graph on all cores. Owns worker threads: call `retire`. */
export class Engine {
  readonly #pool: Pool<readonly string[]>;
  readonly batcher: Batcher;

  private constructor(
    readonly group: Group,
    options: EngineOptions,
    onBatch: OnBatch,
  ) {
    const { graph: model, tokenizerFolder, maxTokens } = group;
    this.#pool = openTextPool({ model, tokenizerFolder, maxTokens }, options.workers);
    this.batcher = new Batcher((texts) => this.#pool.run(texts), this.#pool.workers, options, onBatch);
  }

  /** Resolves once every worker has a session, so that the first request waits for none. */
  static async start(group: Group, options: EngineOptions, onBatch: OnBatch): Promise<Engine> {
    const engine = new Engine(group, options, onBatch);
    const pool = engine.#pool;
    await Promise.all(Array.from({ length: pool.workers }, () => pool.run(["warm up"])));
    return engine;
  }

  /** Finishes what was accepted, then ends the workers. */
  async retire(): Promise<void> {
    await this.batcher.drained();
    await this.#pool.dispose();
  }

  /** What a member's graph would compute, out of rows [N, width]. */
  outputOf({ manifest, offset, width }: Member, rows: Float32Array): ClassifierOutput {
    const own = columns(rows, this.group.width, offset, width);
    return splitOutput(own, own.length / width, manifest.labels.length);
  }

  /** The texts' embeddings [N, D], of unit length, out of rows [N, width]. */
  embeddingsOf(rows: Float32Array): Float32Array {
    const { width, embeddingSize } = this.group;
    return columns(rows, width, width - embeddingSize, embeddingSize);
  }
}

function columns(rows: Float32Array, width: number, start: number, count: number): Float32Array {
  const result = new Float32Array((rows.length / width) * count);
  for (let from = start, to = 0; to < result.length; from += width, to += count) {
    result.set(rows.subarray(from, from + count), to);
  }
  return result;
}
