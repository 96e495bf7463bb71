import { Encoder, lastOf } from "../encoder/encoder.js";
import type { Features } from "../head/linear.js";
import { loadTensorflow } from "../runtime/tensorflow.js";
import { Learner } from "./learner.js";
import type { Homework, Lesson, Subject } from "./lesson.js";
import { unitRows } from "./strategies/vectors.js";

/**
 * The process of the model: it encodes the text on the screen, then those that are answered, then the others, and answers homework with lessons,
 * so that the process with the keyboard never computes. Of homework that waits only the newest is done. Ends with the process that started it.
 */
export type ToModel = { subject: Subject } | { homework: Homework };
export type FromModel = { lesson: Lesson } | { failure: string };

/** Texts encoded at a time, with a lesson after each: few at first, as somebody waits for a proposal. */
const [FIRST_CHUNK, CHUNK] = [64, 512];

let model: Model | undefined;

process.on("message", (message: ToModel) => {
  const work = "subject" in message ? begin(message.subject) : model?.assign(message.homework);
  work?.catch((error) => send({ failure: error instanceof Error ? error.message : String(error) }));
});
process.on("disconnect", () => process.exit(0));

async function begin(subject: Subject): Promise<void> {
  model = new Model(subject);
  await model.encodeAll();
}

function send(message: FromModel): void {
  if (process.connected) process.send?.(message);
}

class Model {
  readonly #encoder: Promise<Encoder>;
  readonly #learner: Promise<Learner>;
  readonly #isKnown: Uint8Array;
  readonly #names = new Map<string, Float32Array>();
  #features: Features = { rows: 0, size: 0, data: new Float32Array(0) };
  #waiting: Homework | undefined;
  #newest: Homework | undefined;
  #isBusy = false;

  constructor(readonly subject: Subject) {
    const { encoder, maxTokens, cacheFolder } = subject;
    this.#encoder = Encoder.open(encoder, { features: "last3", maxTokens, cacheFolder }); // what `train` keeps in the cache, too
    this.#encoder.catch(() => {}); // told where it is awaited
    this.#learner = loadTensorflow().then((tensorflow) => new Learner(tensorflow, subject));
    this.#isKnown = new Uint8Array(subject.texts.length);
  }

  async encodeAll(): Promise<void> {
    const { order } = await this.#learner;
    for (let at = 0, size = FIRST_CHUNK; ; size = Math.min(CHUNK, 2 * size)) {
      const answered = this.#newest?.answers.map(([row]) => row) ?? [];
      const rows = new Set(answered.filter((row) => !this.#isKnown[row]).slice(0, size));
      for (; rows.size < size && at < order.length; at++) if (!this.#isKnown[order[at]]) rows.add(order[at]);
      if (rows.size === 0) return;
      await this.#read([...rows]);
      if (this.#newest) await this.assign(this.#newest);
    }
  }

  async assign(homework: Homework): Promise<void> {
    this.#waiting = homework;
    this.#newest = homework;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#waiting) {
        const next: Homework = this.#waiting;
        this.#waiting = undefined;
        const learner = await this.#learner;
        if (next.focus !== undefined && !this.#isKnown[next.focus]) await this.#read([next.focus]);
        if (this.#features.rows === 0) return; // the first texts bring a lesson
        const lesson = await learner.learn(this.#features, this.#isKnown, await this.#prototypes(next), next);
        send({ lesson });
      }
    } finally {
      this.#isBusy = false;
    }
  }

  async #read(rows: readonly number[]): Promise<void> {
    const encoded = await this.#encode(rows.map((row) => this.subject.texts[row]));
    const { size } = encoded;
    if (this.#features.rows === 0) {
      const total = this.subject.texts.length;
      this.#features = { rows: total, size, data: new Float32Array(total * size) };
    }
    for (const [i, row] of rows.entries()) {
      this.#features.data.set(encoded.data.subarray(i * size, (i + 1) * size), row * size);
      this.#isKnown[row] = 1;
    }
  }

  async #prototypes({ descriptions }: Homework): Promise<Features> {
    const missing = descriptions.filter((text) => !this.#names.has(text));
    const encoded = await this.#encode(missing);
    for (const [i, text] of missing.entries()) {
      this.#names.set(text, encoded.data.subarray(i * encoded.size, (i + 1) * encoded.size));
    }
    const { size } = this.#features;
    const data = new Float32Array(descriptions.length * size);
    for (const [k, text] of descriptions.entries()) data.set(this.#names.get(text)!, k * size);
    return { rows: descriptions.length, size, data };
  }

  async #encode(texts: readonly string[]): Promise<Features> {
    return unitRows(lastOf(await (await this.#encoder).encode(texts)));
  }
}
