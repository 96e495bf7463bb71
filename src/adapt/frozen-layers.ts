import type { Encoder } from "../encoder/encoder.js";
import type { Log } from "../log.js";
import { HiddenStates, memoryBudgetBytes } from "./hidden-states.js";
import { prepareEncoder, type TailGraphs, type TrainableEncoder, tailGraphs } from "./tail-graphs.js";

/**
 * What trainings of one encoder have in common: the graphs of each depth, and what the frozen layers make of the texts. Each is computed
 * when it is first asked for, once for all trainings. Hidden states of all depths together keep to one memory budget, and lie in
 * temporary files above it. Call `dispose`.
 */
export class FrozenLayers {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #graphs = new Map<number, TailGraphs>();
  readonly #states = new Map<number, HiddenStates>();
  #trainable: Promise<TrainableEncoder> | undefined;

  /** @param texts of all trainings; what is asked for beyond them is computed by itself. */
  constructor(
    readonly encoder: Encoder,
    texts: Iterable<string> = [],
    readonly budgetBytes = memoryBudgetBytes,
  ) {
    this.#numbers = new Map([...new Set(texts)].map((text, number) => [text, number]));
  }

  /** The encoder in the form that is differentiated. */
  trainable(): Promise<TrainableEncoder> {
    this.#trainable ??= prepareEncoder(this.encoder.model, this.encoder.pooling);
    return this.#trainable;
  }

  /** @param depth from 1 to the number of layers. @throws MissingRuleError */
  async graphs(depth: number): Promise<TailGraphs> {
    const known = this.#graphs.get(depth) ?? tailGraphs(await this.trainable(), depth);
    this.#graphs.set(depth, known);
    return known;
  }

  /**
   * The hidden states in front of the last layers, of N texts. Where every layer is trained nothing but a look-up of words is in front, and
   * keeping its results would cost more than it saves. Call `dispose` of what is returned.
   */
  async states(depth: number, texts: readonly string[], log: Log): Promise<HiddenStates> {
    const numbers = texts.map((text) => this.#numbers.get(text));
    const isShared = depth < this.encoder.layers && numbers.every((number) => number !== undefined);
    if (!isShared) return this.#compute(depth, texts, this.budgetBytes, log);
    const all = this.#states.get(depth) ?? (await this.#computeAll(depth, log));
    return all.select(numbers as number[]);
  }

  dispose(): void {
    for (const states of this.#states.values()) states.dispose();
    this.#states.clear();
  }

  async #computeAll(depth: number, log: Log): Promise<HiddenStates> {
    const taken = [...this.#states.values()].reduce((sum, { bytesInMemory }) => sum + bytesInMemory, 0);
    const states = await this.#compute(depth, [...this.#numbers.keys()], Math.max(0, this.budgetBytes - taken), log);
    this.#states.set(depth, states);
    return states;
  }

  async #compute(depth: number, texts: readonly string[], budgetBytes: number, log: Log): Promise<HiddenStates> {
    const { prefix } = await this.graphs(depth);
    const progress = log.progress("frozen layers", texts.length);
    try {
      return await HiddenStates.compute(prefix, this.encoder.tokenize(texts), {
        paddingId: this.encoder.tokenizer.paddingId,
        budgetBytes,
        onProgress: (done) => progress.update(done),
      });
    } finally {
      progress.stop();
    }
  }
}
