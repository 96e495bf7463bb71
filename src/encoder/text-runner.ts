import type { Tokenizer } from "../runtime/transformers.js";
import { lengthBatches } from "./batches.js";
import { type GraphPool, openPool } from "./pool.js";
import { pack, scatter } from "./token-batch.js";

/**
 * Texts handed to the workers at a time. Batches are formed within a window, so that what a text is batched with depends
 * only on its own window.
 */
export const windowSize = 2048;

/** What is told while texts are run. */
export interface RunEvents {
  /** @param done texts so far. */
  onProgress?(done: number): void;
  /** @param rows [B], which of the texts. @param output [B, F]. */
  onBatch?(rows: readonly number[], output: Float32Array): void;
}

/** Runs texts through a graph that gives one row of floats a text: tokenised here, computed by the workers meanwhile. */
export interface TextRunner {
  /** @param texts [N]. @returns [N, F] in row-major order. */
  run(texts: readonly string[], events?: RunEvents): Promise<Float32Array>;
  /** How many of the texts run so far were cut to `maxTokens`. */
  readonly truncated: number;
  dispose(): Promise<void>;
}

/** @param model path or bytes of the graph. @param maxTokens texts are cut to this many tokens, as Transformers.js' pipelines do. */
export function openTextRunner(
  model: string | Uint8Array,
  tokenizer: Tokenizer,
  options: { maxTokens: number; workers?: number },
): TextRunner {
  return new PooledRunner(
    openPool({ model, paddingId: tokenizer.paddingId }, options.workers),
    tokenizer,
    options.maxTokens,
  );
}

class PooledRunner implements TextRunner {
  truncated = 0;
  #done = 0;

  constructor(
    readonly pool: GraphPool,
    readonly tokenizer: Tokenizer,
    readonly maxTokens: number,
  ) {}

  async run(texts: readonly string[], events: RunEvents = {}): Promise<Float32Array> {
    this.#done = 0;
    const windows: Promise<Float32Array>[] = [];
    for (let start = 0; start < texts.length; start += windowSize) {
      // Tokenise one window ahead of the one that is computed.
      if (windows.length >= 2) await windows[windows.length - 2];
      const window = this.#runWindow(texts.slice(start, start + windowSize), start, events);
      window.catch(() => {}); // heard below, unless an earlier one fails as well
      windows.push(window);
      await new Promise(setImmediate);
    }
    return concatenate(await Promise.all(windows));
  }

  async #runWindow(texts: readonly string[], start: number, events: RunEvents): Promise<Float32Array> {
    const ids = texts.map((text) => this.#tokenize(text));
    const batches = lengthBatches(ids.map((tokens) => tokens.length));
    const outputs = await Promise.all(
      batches.map(async (batch) => {
        const output = await this.pool.run(pack(batch.map((i) => ids[i])));
        this.#done += batch.length;
        events.onBatch?.(
          batch.map((i) => start + i),
          output,
        );
        events.onProgress?.(this.#done);
        return output;
      }),
    );
    return scatter(batches, outputs, texts.length);
  }

  #tokenize(text: string): number[] {
    const ids = this.tokenizer.encode(text);
    if (ids.length <= this.maxTokens) return ids;
    this.truncated++;
    return ids.slice(0, this.maxTokens);
  }

  dispose(): Promise<void> {
    return this.pool.dispose();
  }
}

function concatenate(parts: Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
