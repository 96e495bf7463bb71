import type { Look } from "../adapt/adapt.js";

/** A way of training: layers, steps, and how much of the way is taken. The frozen encoder has no layers and no steps. */
interface TrainedWay extends Look {
  depth: number;
}

/** What each way of training says of the rows that are held out in turn. */
export class HeldOutLogits {
  readonly #places: ReadonlyMap<number, number>;
  readonly #found = new Map<string, TrainedWay & { logits: Float32Array }>();

  /** @param rows [R], all that are held out, ascending. */
  constructor(
    rows: Int32Array,
    readonly classes: number,
  ) {
    this.#places = new Map([...rows].map((row, place) => [row, place]));
  }

  /** In the order in which ways were first added; logits [R, K]. */
  get ways(): readonly (TrainedWay & { logits: Float32Array })[] {
    return [...this.#found.values()];
  }

  /** @param rows those that were held out from this training. @param logits [rows, K] */
  add({ depth, steps, blend }: TrainedWay, rows: readonly number[], logits: ArrayLike<number>): void {
    const name = `${depth} ${steps} ${blend}`;
    const known = this.#found.get(name);
    const all = known?.logits ?? new Float32Array(this.#places.size * this.classes);
    if (!known) this.#found.set(name, { depth, steps, blend, logits: all });
    for (const [i, row] of rows.entries()) {
      const place = this.#places.get(row)!;
      for (let k = 0; k < this.classes; k++) all[place * this.classes + k] = logits[i * this.classes + k];
    }
  }
}
