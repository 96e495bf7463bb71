import type { Dim, Shape } from "../autodiff/shape.js";
import { cheapestBatches } from "../encoder/cheapest-batches.js";
import { EMBEDDING } from "../onnx/compose.js";
import { type NamedTensor, openTensorSession, type TensorSession } from "../runtime/onnxruntime.js";
import type { HiddenStates } from "./hidden-states.js";
import { aligned, Parameters } from "./parameters.js";
import type { TailGraphs } from "./tail-graphs.js";

/** Padded tokens in one run of the trained layers: what is kept for the way back is about 15 kB a token and layer. */
export const runTokens = 2048;

/** What one more run for a part of a batch costs, in padded tokens: reading the weights and adding up their gradients. */
export const runCost = 64;

/**
 * The adapted layers, forward and backward. Weights and gradients lie in one array each, at the places of `layout`, so
 * that an optimiser sees one vector. Runs on the caller's thread. Owns two sessions: call `dispose`.
 */
export class TailSession {
  /** Weights: changing them changes what the next run computes. Gradients: of the last call to `backward`. */
  readonly parameters: Parameters;
  readonly layout: readonly { name: string; dims: readonly number[]; start: number; end: number }[];
  readonly #feeds: Record<string, NamedTensor> = {};
  readonly #gradientOutputs: Record<string, { data: Float32Array; dims: readonly number[] }> = {};
  readonly #buffers: Map<string, Float32Array>[] = [];
  #runs: { rows: number[]; feeds: Record<string, NamedTensor> }[] = [];

  private constructor(
    readonly graphs: TailGraphs,
    readonly forwardSession: TensorSession,
    readonly backwardSession: TensorSession,
  ) {
    let size = 0;
    this.layout = [...graphs.weights].map(([name, { dims, data }]) => {
      const start = size;
      const end = start + data.length;
      size = aligned(end);
      return { name, dims, start, end };
    });
    this.parameters = new Parameters(size);
    const { weights } = this.parameters;
    for (const { name, dims, start, end } of this.layout) {
      weights.set(graphs.weights.get(name)!.data, start);
      this.#feeds[name] = { data: weights.subarray(start, end), dims };
    }
  }

  static async open(graphs: TailGraphs, threads: number): Promise<TailSession> {
    const forward = await openTensorSession(graphs.forward, threads);
    return new TailSession(graphs, forward, await openTensorSession(graphs.backward, threads));
  }

  /**
   * Embeds a batch and keeps what the way back needs until the next call.
   * @param texts B indices into the hidden states. @returns [B, D].
   */
  async forward(states: HiddenStates, texts: readonly number[]): Promise<Float32Array> {
    const lengths = texts.map((text) => states.tokens[text].length);
    const groups = cheapestBatches(lengths, runTokens, runCost);
    this.#runs = [];
    let embeddings = new Float32Array(0);
    for (const [slot, rows] of groups.entries()) {
      const feeds = {
        ...this.#feeds,
        ...batchFeeds(
          states,
          rows.map((row) => texts[row]),
          this.graphs.cut,
        ),
      };
      const saved = this.#savedBuffers(slot, feeds[this.graphs.cut].dims);
      const results = await this.forwardSession.run(feeds, saved);
      for (const name of this.graphs.saved.keys()) {
        feeds[name] = saved[name] ?? (results[name] as NamedTensor);
      }
      this.#runs.push({ rows, feeds });
      const output = results[EMBEDDING].data as Float32Array;
      const size = output.length / rows.length;
      if (embeddings.length === 0) embeddings = new Float32Array(texts.length * size);
      rows.forEach((row, i) => {
        embeddings.set(output.subarray(i * size, (i + 1) * size), row * size);
      });
    }
    return embeddings;
  }

  /** Fills the parameters' gradients. @param dEmbeddings dL/dE of the batch of the last `forward`, [B, D]. */
  async backward(dEmbeddings: Float32Array): Promise<void> {
    const batch = this.#runs.reduce((sum, { rows }) => sum + rows.length, 0);
    const size = dEmbeddings.length / batch;
    for (const [i, { rows, feeds }] of this.#runs.entries()) {
      const dE = new Float32Array(rows.length * size);
      rows.forEach((row, at) => {
        dE.set(dEmbeddings.subarray(row * size, (row + 1) * size), at * size);
      });
      feeds[this.graphs.cotangent] = { data: dE, dims: [rows.length, size] };
      const { gradients, scratch } = this.parameters;
      await this.backwardSession.run(feeds, this.#outputsInto(i === 0 ? gradients : scratch));
      if (i > 0) this.parameters.addScratch();
    }
  }

  async dispose(): Promise<void> {
    await this.forwardSession.dispose();
    await this.backwardSession.dispose();
  }

  #outputsInto(target: Float32Array): Record<string, { data: Float32Array; dims: readonly number[] }> {
    for (const { name, dims, start, end } of this.layout) {
      this.#gradientOutputs[this.graphs.gradients.get(name)!] = { data: target.subarray(start, end), dims };
    }
    return this.#gradientOutputs;
  }

  /** Arrays for the saved tensors of one run, used again by the run of the same place in the next batch. */
  #savedBuffers(slot: number, [batch, tokens]: readonly number[]) {
    this.#buffers[slot] ??= new Map();
    const buffers = this.#buffers[slot];
    const saved: Record<string, { data: Float32Array; dims: readonly number[] }> = {};
    for (const [name, shape] of this.graphs.saved) {
      const dims = dimsFor(shape, batch, tokens);
      if (!dims) continue;
      const size = dims.reduce((product, dim) => product * dim, 1);
      let buffer = buffers.get(name);
      if (!buffer || buffer.length < size) {
        buffer = new Float32Array(size);
        buffers.set(name, buffer);
      }
      saved[name] = { data: buffer.subarray(0, size), dims };
    }
    return saved;
  }
}

/** The encoder's inputs and the hidden states of a batch, padded on the right. */
function batchFeeds(states: HiddenStates, texts: readonly number[], cut: string): Record<string, NamedTensor> {
  const tokens = Math.max(...texts.map((text) => states.tokens[text].length));
  const dims = [texts.length, tokens];
  const ids = new BigInt64Array(texts.length * tokens).fill(BigInt(states.paddingId));
  const mask = new BigInt64Array(texts.length * tokens);
  const positions = BigInt64Array.from(mask, (_, i) => BigInt(i % tokens));
  let hidden = new Float32Array(0);
  let size = 0;
  for (const [row, text] of texts.entries()) {
    const known = states.tokens[text];
    for (const [t, id] of known.entries()) ids[row * tokens + t] = BigInt(id);
    mask.fill(1n, row * tokens, row * tokens + known.length);
    const values = states.get(text);
    if (row === 0) {
      size = values.length / known.length;
      hidden = new Float32Array(texts.length * tokens * size);
    }
    hidden.set(values, row * tokens * size);
  }
  return {
    input_ids: { data: ids, dims },
    attention_mask: { data: mask, dims },
    token_type_ids: { data: new BigInt64Array(mask.length), dims },
    position_ids: { data: positions, dims },
    [cut]: { data: hidden, dims: [...dims, size] },
  };
}

/** A shape for a batch of B texts of T tokens, from what it was in the probes; undefined where it follows neither. */
function dimsFor(shape: Shape, batch: number, tokens: number): number[] | undefined {
  const dims = shape.map((dim) => lengthFor(dim, batch, tokens));
  return dims.every((dim) => dim !== undefined) ? dims : undefined;
}

function lengthFor([small, large]: Dim, batch: number, tokens: number): number | undefined {
  if (small === large) return small;
  for (const [inSmall, inLarge, now] of [
    [2, 3, batch],
    [5, 7, tokens],
    [10, 21, batch * tokens],
  ]) {
    const factor = small / inSmall;
    if (Number.isInteger(factor) && factor * inLarge === large) return factor * now;
  }
  return undefined;
}
