import { cheapestBatches } from "../encoder/cheapest-batches.js";
import { EMBEDDING } from "../onnx/compose.js";
import { type NamedTensor, openTensorSession, type TensorSession } from "../runtime/onnxruntime.js";
import { release } from "../runtime/release.js";
import type { HiddenStates } from "./hidden-states.js";
import { type Layout, layoutOf, Parameters, sizeOf } from "./parameters.js";
import type { TrainedGraphs } from "./tail-graphs.js";

/** Padded tokens in one run of the trained layers: what is kept for the way back is about 15 kB a token and layer. */
export const runTokens = 2048;

/** What one more run for a part of a batch costs, in padded tokens: reading the weights and adding up their gradients. */
export const runCost = 64;

/**
 * The adapted layers, forward and backward. Weights and gradients lie in one array each, at the places of `layout`, so
 * that an optimiser sees one vector. Runs on the caller's thread, which is better not the main one: see
 * `LayerTraining`. Owns two sessions: call `dispose`.
 */
export class TailSession {
  /** Weights: changing them changes what the next run computes. Gradients: of the last call to `backward`. */
  readonly parameters: Parameters;
  readonly layout: Layout;
  readonly #weights: Record<string, NamedTensor> = {};
  readonly #gradientOutputs: Record<string, { data: Float32Array; dims: readonly number[] }> = {};
  #runs: { rows: number[]; feeds: Record<string, NamedTensor> }[] = [];

  private constructor(
    readonly graphs: TrainedGraphs,
    readonly forwardSession: TensorSession,
    readonly backwardSession: TensorSession,
  ) {
    this.layout = layoutOf(graphs.weights);
    this.parameters = new Parameters(sizeOf(this.layout));
    const { weights } = this.parameters;
    for (const { name, dims, start, end } of this.layout) {
      weights.set(graphs.weights.get(name)!.data, start);
      this.#weights[name] = { data: weights.subarray(start, end), dims };
    }
  }

  static async open(graphs: TrainedGraphs, threads: number): Promise<TailSession> {
    const forward = await openTensorSession(graphs.forward, threads);
    return new TailSession(graphs, forward, await openTensorSession(graphs.backward, threads));
  }

  /**
   * Embeds a batch and keeps what the way back needs, until `backward` or the next call.
   * @param texts B indices into the hidden states. @returns [B, D].
   */
  async forward(states: HiddenStates, texts: readonly number[]): Promise<Float32Array> {
    for (const { feeds } of this.#runs) release(arraysOf(feeds));
    this.#runs = [];
    return await this.#embed(states, texts, [...this.graphs.saved.keys()], (rows, feeds) => {
      this.#runs.push({ rows, feeds });
    });
  }

  /** Embeds texts for their own sake: `forward` without a way back. */
  async embed(states: HiddenStates, texts: readonly number[]): Promise<Float32Array> {
    return await this.#embed(states, texts, [], (_, feeds) => release(arraysOf(feeds)));
  }

  /** Fills the parameters' gradients. @param dEmbeddings dL/dE of the batch of the last `forward`, [B, D]. */
  async backward(dEmbeddings: Float32Array): Promise<void> {
    const batch = this.#runs.reduce((sum, { rows }) => sum + rows.length, 0);
    const size = dEmbeddings.length / batch;
    const { gradients, scratch } = this.parameters;
    for (const [i, { rows, feeds }] of this.#runs.entries()) {
      const dE = new Float32Array(rows.length * size);
      rows.forEach((row, at) => {
        dE.set(dEmbeddings.subarray(row * size, (row + 1) * size), at * size);
      });
      feeds[this.graphs.cotangent] = { data: dE, dims: [rows.length, size] };
      await this.backwardSession.run({ ...this.#weights, ...feeds }, this.#outputsInto(i === 0 ? gradients : scratch));
      release(arraysOf(feeds));
      if (i > 0) this.parameters.addScratch();
    }
    this.#runs = [];
  }

  async dispose(): Promise<void> {
    await this.forwardSession.dispose();
    await this.backwardSession.dispose();
  }

  /** @param saved tensors that are added to a run's feeds. @param done has the rows of each run, and its feeds without the weights. */
  async #embed(
    states: HiddenStates,
    texts: readonly number[],
    saved: readonly string[],
    done: (rows: number[], feeds: Record<string, NamedTensor>) => void,
  ): Promise<Float32Array> {
    const lengths = texts.map((text) => states.tokens[text].length);
    const wanted = Object.fromEntries([EMBEDDING, ...saved].map((name) => [name, null]));
    let embeddings = new Float32Array(0);
    for (const rows of cheapestBatches(lengths, runTokens, runCost)) {
      const inRun = rows.map((row) => texts[row]);
      const feeds = batchFeeds(states, inRun, this.graphs.cut);
      const results = await this.forwardSession.run({ ...this.#weights, ...feeds }, wanted);
      for (const name of saved) feeds[name] = results[name] as NamedTensor;
      done(rows, feeds);
      const output = results[EMBEDDING].data as Float32Array;
      const size = output.length / rows.length;
      if (embeddings.length === 0) embeddings = new Float32Array(texts.length * size);
      rows.forEach((row, i) => {
        embeddings.set(output.subarray(i * size, (i + 1) * size), row * size);
      });
    }
    return embeddings;
  }

  #outputsInto(target: Float32Array): Record<string, { data: Float32Array; dims: readonly number[] }> {
    for (const { name, dims, start, end } of this.layout) {
      this.#gradientOutputs[this.graphs.gradients.get(name)!] = { data: target.subarray(start, end), dims };
    }
    return this.#gradientOutputs;
  }
}

function arraysOf(feeds: Record<string, NamedTensor>): NamedTensor["data"][] {
  return Object.values(feeds).map(({ data }) => data);
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
