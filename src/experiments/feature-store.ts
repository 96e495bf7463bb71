import { type Encoder, lastOf } from "../encoder/encoder.js";
import type { Features } from "../head/linear.js";
import { type Log, silentLog } from "../log.js";

/** The frozen encoder's features of all texts of an experiment: computed when first asked for, once for all cells. */
export class FeatureStore {
  #computed: Promise<{ rowOf: Map<string, number>; features: Features }> | undefined;

  constructor(
    readonly encoder: Encoder,
    readonly texts: Iterable<string>,
    readonly log: Log = silentLog,
  ) {}

  /** Features of some of the texts by kind; `last3` is missing where the encoder was opened for the last layer alone. */
  async of(texts: readonly string[]): Promise<{ last: Features; last3?: Features }> {
    this.#computed ??= this.#compute();
    const { rowOf, features } = await this.#computed;
    const { size } = features;
    const data = new Float32Array(texts.length * size);
    texts.forEach((text, i) => {
      const row = rowOf.get(text)!;
      data.set(features.data.subarray(row * size, (row + 1) * size), i * size);
    });
    const chosen = { rows: texts.length, size, data };
    return this.encoder.kind === "last3" ? { last: lastOf(chosen), last3: chosen } : { last: chosen };
  }

  async #compute() {
    const distinct = [...new Set(this.texts)];
    const bar = this.log.progress("encoding", distinct.length);
    try {
      const features = await this.encoder.encode(distinct, (done) => bar.update(done));
      return { rowOf: new Map(distinct.map((text, row) => [text, row])), features };
    } finally {
      bar.stop();
    }
  }
}
