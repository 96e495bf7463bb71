import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Log, silentLog } from "../log.js";
import { appendPooling, type PoolingMode, removeHead } from "../onnx/compose.js";
import { useFloatArithmetic } from "../onnx/float-arithmetic.js";
import { storeFloat32 } from "../onnx/float-weights.js";
import { findLayers, hiddenStateOf } from "../onnx/layers.js";
import { cloneModel, encodeModel, readModel } from "../onnx/model.js";
import { quantizeWeights, type Rounding } from "../onnx/quantize.js";
import type { ModelProto } from "../onnx/schema.js";
import { loadTokenizer, type Tokenizer } from "../runtime/transformers.js";
import { FeatureCache } from "./cache.js";
import { defaultCacheFolder } from "./cache-folder.js";
import { type EncoderSource, embeddedEncoder, findEncoder } from "./source.js";
import { openTextRunner, type TextRunner, windowSize } from "./text-runner.js";

/** Which hidden states become features: the last layer's, or those of the last three side by side. */
export type FeatureKind = "last" | "last3";

/** Features of N texts, [N, F] in row-major order, F = `size`. */
export interface Features {
  rows: number;
  size: number;
  data: Float32Array;
}

export interface EncoderOptions {
  features?: FeatureKind;
  /** How weights are kept: int8 per output channel, float32, or as the file has them. Arithmetic is float32 in the first two. */
  dtype?: "int8" | "fp32" | "source";
  pooling?: PoolingMode;
  /** Texts are cut to this many tokens. */
  maxTokens?: number;
  /** Where features are kept between runs; null keeps none. */
  cacheFolder?: string | null;
  workers?: number;
  log?: Log;
}

/** A frozen encoder that turns texts into features. Owns worker threads: call `dispose`. */
export class Encoder {
  /** Texts that were cut to `maxTokens`. */
  get truncated(): number {
    return this.#truncated + (this.#runner?.truncated ?? 0);
  }

  #truncated = 0;
  #disposed = false;
  /** Opened by the first text that is not in the cache. */
  #runner: TextRunner | undefined;
  readonly #cache: FeatureCache | undefined;

  private constructor(
    readonly source: EncoderSource,
    /** The encoder with its weights as they are used, before pooling. Not to be changed: clone it. */
    readonly model: ModelProto,
    /** The tensors [B, T, D] that are pooled for `last3`, shallow to deep; the last one alone for `last`. */
    readonly hiddenStates: readonly string[],
    readonly layers: number,
    readonly kind: FeatureKind,
    readonly pooling: PoolingMode,
    readonly maxTokens: number,
    /** SHA-256 over all that can change a feature: graph, weights, tokenizer, pooling, length. */
    readonly fingerprint: string,
    /** What was found in the file and done to it, in words. */
    readonly notes: readonly string[],
    /** The model with pooling, as the workers get it. */
    private readonly graph: Uint8Array,
    readonly tokenizer: Tokenizer,
    readonly options: EncoderOptions,
  ) {
    if (options.cacheFolder !== null) {
      this.#cache = new FeatureCache(options.cacheFolder ?? defaultCacheFolder(), fingerprint, options.log);
    }
  }

  /** @param name the embedded encoder's, a folder, an .onnx file or an id on the hub. @throws EncoderNotFoundError, OnnxGraphError … */
  static async open(name = embeddedEncoder, options: EncoderOptions = {}): Promise<Encoder> {
    const cacheFolder = options.cacheFolder ?? defaultCacheFolder();
    const source = await findEncoder(name, { cacheFolder, log: options.log ?? silentLog });
    const [tokenizer, model] = await Promise.all([loadTokenizer(source.folder), readModel(source.graphPath)]);
    const notes = useFloatArithmetic(model);
    removeHead(model);
    return Encoder.#assemble(source, tokenizer, model, notes, options);
  }

  /**
   * The same encoder with other weights: tokenizer, pooling and length stay. Keeps no features between runs, since such
   * weights do not come again.
   * @param model belongs to the new encoder from now on. @param kind which features the new one gives. @param dtype how it keeps its weights.
   */
  withModel(model: ModelProto, kind = this.kind, dtype = this.options.dtype): Promise<Encoder> {
    const { source, tokenizer, maxTokens, pooling } = this;
    const options = { ...this.options, features: kind, dtype, maxTokens, pooling, cacheFolder: null };
    return Encoder.#assemble(source, tokenizer, model, [], options, "stochastic");
  }

  static async #assemble(
    source: EncoderSource,
    tokenizer: Tokenizer,
    model: ModelProto,
    notes: string[],
    options: EncoderOptions,
    rounding: Rounding = "nearest",
  ): Promise<Encoder> {
    if (options.dtype === "fp32") {
      const widened = storeFloat32(model);
      if (widened > 0) notes.push(`${widened} weight tensors stored as float32, with the precision that they had`);
    } else if (options.dtype !== "source") {
      const quantized = quantizeWeights(model, rounding);
      if (quantized > 0) notes.push(`${quantized} weight tensors rounded to int8, one scale per output channel`);
    }
    const { inputs, output } = findLayers(model, hiddenStateOf(model));
    const kind = options.features ?? "last";
    const hiddenStates = kind === "last3" ? [...inputs.slice(-2), output] : [output];
    const pooling = options.pooling ?? source.pooling;
    const pooled = cloneModel(model);
    appendPooling(pooled, hiddenStates, pooling);
    const graph = encodeModel(pooled);
    const maxTokens = Math.min(options.maxTokens ?? Number.POSITIVE_INFINITY, longestInput(source, tokenizer));
    const tokenizerFile = await readFile(join(source.folder, "tokenizer.json"));
    const fingerprint = createHash("sha256").update(graph).update(tokenizerFile).update(`${maxTokens}`).digest("hex");
    return new Encoder(
      source,
      model,
      hiddenStates,
      inputs.length,
      kind,
      pooling,
      maxTokens,
      fingerprint,
      notes,
      graph,
      tokenizer,
      options,
    );
  }

  /** Token ids of texts, cut to `maxTokens`. */
  tokenize(texts: readonly string[]): number[][] {
    return texts.map((text) => this.tokenizer.encode(text).slice(0, this.maxTokens));
  }

  /**
   * Encodes texts; each distinct text once, and none that the cache holds.
   * @param onProgress called with the number of texts done so far, of N.
   */
  async encode(texts: readonly string[], onProgress?: (done: number) => void): Promise<Features> {
    const known = new Map<string, Float32Array>();
    const missing: string[] = [];
    for (const text of new Set(texts)) {
      const features = this.#cache?.get(text);
      if (features) known.set(text, features);
      else missing.push(text);
    }
    const found = texts.length - missing.length;
    for (let start = 0; start < missing.length; start += windowSize * 4) {
      const part = missing.slice(start, start + windowSize * 4);
      const data = await this.#running().run(part, {
        onProgress: (done) => onProgress?.(found + start + done),
        onBatch: (rows, output) =>
          this.#cache?.put(
            rows.map((row) => part[row]),
            output,
          ),
      });
      this.#cache?.flush();
      const size = data.length / part.length;
      part.forEach((text, i) => {
        known.set(text, data.subarray(i * size, (i + 1) * size));
      });
    }
    return stack(texts, known);
  }

  /** Ends the worker threads and frees their sessions; the next text starts new ones. */
  async rest(): Promise<void> {
    const runner = this.#runner;
    this.#runner = undefined;
    this.#truncated += runner?.truncated ?? 0;
    await runner?.dispose();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.rest();
    await this.#cache?.close();
  }

  #running(): TextRunner {
    if (this.#disposed) throw new Error("The encoder has been disposed of.");
    const { maxTokens, tokenizer, options } = this;
    this.#runner ??= openTextRunner(this.graph, tokenizer, { maxTokens, workers: options.workers });
    return this.#runner;
  }
}

function stack(texts: readonly string[], known: Map<string, Float32Array>): Features {
  const size = texts.length === 0 ? 0 : known.get(texts[0])!.length;
  const data = new Float32Array(texts.length * size);
  texts.forEach((text, row) => {
    data.set(known.get(text)!, row * size);
  });
  return { rows: texts.length, size, data };
}

/** The features of `last` within those of `last3`: the last third of each row. */
export function lastOf(last3: Features): Features {
  const size = last3.size / 3;
  const data = new Float32Array(last3.rows * size);
  for (let row = 0; row < last3.rows; row++) {
    data.set(last3.data.subarray(row * last3.size + 2 * size, (row + 1) * last3.size), row * size);
  }
  return { rows: last3.rows, size, data };
}

/** Families that count positions from the padding id on, so that some of the table's rows are never used. */
const offsetPositions = /^(xlm-)?roberta|^camembert|^mpnet|^longformer/;

function longestInput({ config }: EncoderSource, tokenizer: Tokenizer): number {
  const positions = config.max_position_embeddings ?? Number.POSITIVE_INFINITY;
  const unused = offsetPositions.test(config.model_type ?? "") ? (config.pad_token_id ?? 1) + 1 : 0;
  return Math.min(positions - unused, tokenizer.maxTokens ?? Number.POSITIVE_INFINITY, 8192);
}
