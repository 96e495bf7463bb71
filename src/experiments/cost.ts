import { availableParallelism } from "node:os";
import { adaptationCost, productSpeed } from "../adapt/cost.js";
import { type Recipe, recipeFor } from "../adapt/recipe.js";
import { prepareEncoder, type TailGraphs, type TrainableEncoder, tailGraphs } from "../adapt/tail-graphs.js";
import type { Encoder } from "../encoder/encoder.js";

/** Of the speed of one large product, reached by the encoder forward. */
const SHARE_OF_LIMIT = 0.6;

/** Says before anything is run how long it takes, from the sizes of the graphs and a short measurement of this machine. */
export class CostEstimate {
  readonly #graphs = new Map<number, TailGraphs>();
  readonly #threads = availableParallelism();

  private constructor(
    readonly encoder: Encoder,
    readonly trainable: TrainableEncoder,
    /** Of one MatMul of the machine. */
    readonly flops: number,
  ) {}

  static async of(encoder: Encoder): Promise<CostEstimate> {
    const trainable = await prepareEncoder(encoder.model, encoder.pooling);
    return new CostEstimate(encoder, trainable, await productSpeed(availableParallelism()));
  }

  /** Seconds to encode texts with the whole encoder. */
  encoding(texts: readonly string[]): number {
    const tokens = this.#lengths(texts).reduce((sum, length) => sum + length, 0);
    return (2 * tokens * this.#weights()) / (SHARE_OF_LIMIT * this.flops);
  }

  /** Seconds to train the last layers on texts and to encode these and others with the result. */
  async adaptation(
    depth: number,
    texts: readonly string[],
    others: readonly string[],
    classes: number,
    changes: Partial<Recipe> = {},
  ): Promise<number> {
    const layers = Math.max(1, Math.min(depth, this.encoder.layers));
    const recipe = { ...recipeFor(texts.length, classes).recipe, ...changes };
    const { seconds } = await adaptationCost(this.#graphsOf(layers), recipe, this.#lengths(texts), {
      layers: this.encoder.layers,
      hiddenSize: this.trainable.facts.shapes.get(this.trainable.layerInputs[0])!.at(-1)![0],
      threads: this.#threads,
      flops: this.flops, // measured once: cells are to be compared with each other
    });
    return seconds + this.encoding([...texts, ...others]);
  }

  #graphsOf(depth: number): TailGraphs {
    const known = this.#graphs.get(depth) ?? tailGraphs(this.trainable, depth);
    this.#graphs.set(depth, known);
    return known;
  }

  /** Of all matrices of the layers, from those of the last one. */
  #weights(): number {
    let last = 0;
    for (const { data, dims } of this.#graphsOf(1).weights.values()) if (dims.length > 1) last += data.length;
    return last * this.encoder.layers;
  }

  #lengths(texts: readonly string[]): number[] {
    return this.encoder.tokenize(texts).map((ids) => ids.length);
  }
}
