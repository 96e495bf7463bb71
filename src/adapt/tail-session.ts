import { cheapestBatches } from "../encoder/cheapest-batches.js";
import { EMBEDDING } from "../onnx/compose.js";
import { type NamedTensor, openTensorSession, type TensorSession, type WantedOutputs } from "../runtime/onnxruntime.js";
import { release } from "../runtime/release.js";
import type { HiddenStates } from "./hidden-states.js";
import { type PackedRun, packRows } from "./pack-rows.js";
import { type Layout, layoutOf, Parameters, sizeOf } from "./parameters.js";
import { runFeeds } from "./run-feeds.js";
import type { TrainedGraphs } from "./tail-graphs.js";

/** Padded tokens in one run of the trained layers: what is kept for the way back is about 15 kB a token and layer. */
export const runTokens = 2048;

/** What one more run for a part of a batch costs, in padded tokens: reading the weights and adding up their gradients. */
export const runCost = 64;

/** Of embeddings, which are of unit length: float32 sums over rows of another width. */
const apartTolerance = 1e-4;

/** One run forward, as the way back needs it. */
interface TailRun {
  /** Which row of the graph's output each text of the batch has. */
  places: { text: number; row: number }[];
  /** Of the graph's output. */
  rows: number;
  /** Without the weights. */
  feeds: Record<string, NamedTensor>;
}

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
  #runs: TailRun[] = [];
  #apart: Promise<boolean> | undefined;

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
    return await this.#embed(states, texts, [...this.graphs.saved.keys()], (run) => this.#runs.push(run));
  }

  /** Embeds texts for their own sake: `forward` without a way back. */
  async embed(states: HiddenStates, texts: readonly number[]): Promise<Float32Array> {
    return await this.#embed(states, texts, [], ({ feeds }) => release(arraysOf(feeds)));
  }

  /** Fills the parameters' gradients. @param dEmbeddings dL/dE of the batch of the last `forward`, [B, D]. */
  async backward(dEmbeddings: Float32Array): Promise<void> {
    const batch = this.#runs.reduce((sum, { places }) => sum + places.length, 0);
    const size = dEmbeddings.length / batch;
    const { gradients, scratch } = this.parameters;
    for (const [i, { places, rows, feeds }] of this.#runs.entries()) {
      const dE = new Float32Array(rows * size);
      for (const { text, row } of places) dE.set(dEmbeddings.subarray(text * size, (text + 1) * size), row * size);
      feeds[this.graphs.cotangent] = { data: dE, dims: [rows, size] };
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

  /** @param saved tensors that are added to a run's feeds. */
  async #embed(
    states: HiddenStates,
    texts: readonly number[],
    saved: readonly string[],
    done: (run: TailRun) => void,
  ): Promise<Float32Array> {
    const lengths = texts.map((text) => states.tokens[text].length);
    const mayShare = this.graphs.sharesRows && (await this.#keepsTextsApart(states));
    let embeddings = new Float32Array(0);
    for (const packed of mayShare ? packRows(lengths, runTokens, longestOf(states)) : rowsEach(lengths)) {
      const { run, output } = await this.#run(states, texts, packed, saved);
      done(run);
      const size = output.length / run.rows;
      if (embeddings.length === 0) embeddings = new Float32Array(texts.length * size);
      for (const { text, row } of run.places)
        embeddings.set(output.subarray(row * size, (row + 1) * size), text * size);
    }
    return embeddings;
  }

  async #run(states: HiddenStates, texts: readonly number[], packed: PackedRun, saved: readonly string[]) {
    const feeds = runFeeds(states, texts, packed, this.graphs.cut);
    const wanted = Object.fromEntries([EMBEDDING, ...saved].map((name) => [name, null]));
    const results = await this.forwardSession.run({ ...this.#weights, ...feeds }, wanted);
    for (const name of saved) feeds[name] = results[name] as NamedTensor;
    const { width, rows } = packed;
    const ofRow = this.graphs.sharesRows ? width : 1;
    const places = rows.flatMap((inRow, b) => inRow.map((text, s) => ({ text, row: b * ofRow + s })));
    const run: TailRun = { places, rows: rows.length * ofRow, feeds };
    return { run, output: results[EMBEDDING].data as Float32Array };
  }

  /** Whether texts come out the same from one row as from a row each: tried once, on two that differ and fit. */
  #keepsTextsApart(states: HiddenStates): Promise<boolean> {
    this.#apart ??= (async () => {
      const numbers = [...states.tokens.keys()].sort((a, b) => states.tokens[a].length - states.tokens[b].length);
      const [first, ...others] = numbers;
      const other = others.find((text) => `${states.tokens[text]}` !== `${states.tokens[first]}`);
      if (other === undefined) return false;
      const lengths = [first, other].map((text) => states.tokens[text].length);
      if (lengths[0] + lengths[1] > longestOf(states)) return false; // then no others that differ fit
      const width = lengths[0] + lengths[1];
      const embedded = async (rows: number[][]) => {
        const { run, output } = await this.#run(states, [first, other], { width, rows }, []);
        release(arraysOf(run.feeds));
        const size = output.length / run.rows;
        return run.places.flatMap(({ row }) => [...output.subarray(row * size, (row + 1) * size)]);
      };
      const [together, alone] = [await embedded([[0, 1]]), await embedded([[0], [1]])];
      return together.every((value, i) => Math.abs(value - alone[i]) < apartTolerance);
    })();
    return this.#apart;
  }

  #outputsInto(target: Float32Array): WantedOutputs {
    return Object.fromEntries(
      this.layout.map(({ name, dims, start, end }) => [
        this.graphs.gradients.get(name)!,
        { data: target.subarray(start, end), dims },
      ]),
    );
  }
}

/** Of all texts, in tokens: so wide a row is one that the model is known to take. */
function longestOf({ tokens }: HiddenStates): number {
  return tokens.reduce((longest, ids) => Math.max(longest, ids.length), 0);
}

function arraysOf(feeds: Record<string, NamedTensor>): NamedTensor["data"][] {
  return Object.values(feeds).map(({ data }) => data);
}

/** A row for each text, texts of like length together. */
function rowsEach(lengths: readonly number[]): PackedRun[] {
  return cheapestBatches(lengths, runTokens, runCost).map((texts) => ({
    width: Math.max(...texts.map((text) => lengths[text])),
    rows: texts.map((text) => [text]),
  }));
}
