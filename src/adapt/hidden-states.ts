import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lengthBatches } from "../encoder/batches.js";
import { openPool } from "../encoder/pool.js";
import { encodeModel } from "../onnx/model.js";
import type { ModelProto } from "../onnx/schema.js";

/** Hidden states above this many bytes go to a temporary file. */
export const memoryBudgetBytes = 512 * 2 ** 20;

/** Hidden states as a message to another thread: what is in memory is shared, not copied, and so is the open file. */
export interface SharedStates {
  tokens: readonly (readonly number[])[];
  paddingId: number;
  inMemory: ReadonlyMap<number, Float32Array>;
  inFile: ReadonlyMap<number, { position: number; length: number }>;
  descriptor: number | undefined;
}

/**
 * What the frozen layers make of each text, [T, D], computed once and kept while the layers behind them are trained. In
 * memory up to a budget, in a temporary file above it. Call `dispose`.
 */
export class HiddenStates {
  #inMemory = new Map<number, Float32Array>();
  #inFile = new Map<number, { position: number; length: number }>();
  #bytes = 0;
  #file: { descriptor: number; size: number; folder?: string } | undefined;

  private constructor(
    /** Token ids of each text. */
    readonly tokens: readonly (readonly number[])[],
    readonly paddingId: number,
    readonly budgetBytes: number,
  ) {}

  /** @param prefix a graph whose one output is [B, T, D]. @param tokens ids of N texts. */
  static async compute(
    prefix: ModelProto,
    tokens: readonly (readonly number[])[],
    options: { paddingId: number; budgetBytes?: number; onProgress?: (done: number) => void },
  ): Promise<HiddenStates> {
    const { paddingId, budgetBytes = memoryBudgetBytes, onProgress } = options;
    const states = new HiddenStates(tokens, paddingId, budgetBytes);
    const pool = openPool({ model: encodeModel(prefix), paddingId });
    let done = 0;
    try {
      const batches = lengthBatches(tokens.map((ids) => ids.length));
      await inPairs(batches, pool.width, async (batch) => {
        const lengths = Int32Array.from(batch, (i) => tokens[i].length);
        const output = await pool.run({ ids: Int32Array.from(batch.flatMap((i) => tokens[i])), lengths });
        states.#store(batch, output);
        done += batch.length;
        onProgress?.(done);
      });
      return states;
    } catch (error) {
      states.dispose();
      throw error;
    } finally {
      await pool.dispose();
    }
  }

  /** Of the states that are not in a file. */
  get bytesInMemory(): number {
    return [...this.#inMemory.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The states of some of the texts, numbered from 0. They are this object's own: it has to be there as long as they are used. */
  select(texts: readonly number[]): HiddenStates {
    const { tokens, inMemory, inFile, ...rest } = this.shared;
    const own = <T>(of: ReadonlyMap<number, T>) =>
      new Map([...texts.entries()].flatMap(([i, text]) => (of.has(text) ? [[i, of.get(text)!]] : [])));
    return HiddenStates.borrow({
      ...rest,
      tokens: texts.map((text) => tokens[text]),
      inMemory: own(inMemory),
      inFile: own(inFile),
    });
  }

  /** For another thread, which borrows them. */
  get shared(): SharedStates {
    const { tokens, paddingId } = this;
    return { tokens, paddingId, inMemory: this.#inMemory, inFile: this.#inFile, descriptor: this.#file?.descriptor };
  }

  /** States that belong to another object, which has to be there as long as they are used. */
  static borrow({ tokens, paddingId, inMemory, inFile, descriptor }: SharedStates): HiddenStates {
    const states = new HiddenStates(tokens, paddingId, 0);
    [states.#inMemory, states.#inFile] = [new Map(inMemory), new Map(inFile)];
    states.#file = descriptor === undefined ? undefined : { descriptor, size: 0 };
    return states;
  }

  /** @returns [T, D] of one text. */
  get(text: number): Float32Array {
    const kept = this.#inMemory.get(text);
    if (kept) return kept;
    const { position, length } = this.#inFile.get(text)!;
    const values = new Float32Array(length);
    readSync(this.#file!.descriptor, values, 0, values.byteLength, position);
    return values;
  }

  dispose(): void {
    if (!this.#file?.folder) return;
    closeSync(this.#file.descriptor);
    rmSync(this.#file.folder, { recursive: true, force: true });
    this.#file = undefined;
  }

  /** @param output [B, T, D], padded to the longest text of the batch, which is the first. */
  #store(batch: readonly number[], output: Float32Array): void {
    const padded = output.length / batch.length;
    const size = padded / this.tokens[batch[0]].length; // D
    batch.forEach((text, row) => {
      const start = row * padded;
      const values = output.subarray(start, start + this.tokens[text].length * size);
      this.#bytes += values.byteLength;
      if (this.#bytes <= this.budgetBytes) this.#inMemory.set(text, inSharedMemory(values));
      else this.#spill(text, values);
    });
  }

  #spill(text: number, values: Float32Array): void {
    if (!this.#file) {
      const folder = mkdtempSync(join(tmpdir(), "headstart-hidden-states-"));
      this.#file = { folder, descriptor: openSync(join(folder, "states"), "w+"), size: 0 };
    }
    writeSync(this.#file.descriptor, values, 0, values.byteLength, this.#file.size);
    this.#inFile.set(text, { position: this.#file.size, length: values.length });
    this.#file.size += values.byteLength;
  }
}

function inSharedMemory(values: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

/** Works on the items in order, a few at a time. */
async function inPairs<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
