import { QueueFullError } from "./errors.js";

export interface BatcherOptions {
  /** Texts in one batch. */
  maxBatch: number;
  /** The longest that a text waits for others while a worker is free and another one computes. */
  maxWaitMs: number;
  /** Texts that may wait; more are refused. */
  maxQueue: number;
}

/** Computes one batch: texts [B] in, rows [B, width] out. */
export type RunBatch = (texts: readonly string[]) => Promise<Float32Array>;

/** The texts of one request: some wait, some are being computed, some are done. */
interface Job {
  texts: readonly string[];
  /** The texts before this one have been given to a worker. */
  next: number;
  left: number;
  output: Float32Array | undefined;
  resolve(output: Float32Array): void;
  reject(reason: unknown): void;
}

/** A stretch of a job's texts. */
interface Slice {
  job: Job;
  start: number;
  texts: readonly string[];
}

/** The share of the newest batch in the moving average of the rate. */
const newestShare = 0.2;

/**
 * Gathers the texts of many requests into batches while all workers are busy, and for `maxWaitMs` while one is free; where none is busy nobody
 * waits. Requests take turns within a batch, so that one with a thousand texts does not keep the others waiting.
 */
export class Batcher {
  readonly #jobs: Job[] = [];
  #waiting = 0;
  #running = 0;
  /** When the first text came after none was waiting. */
  #sinceMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #textsPerMs = 0;
  #idle: (() => void)[] = [];

  /** @param workers batches that are computed at once. @param onBatch told of each batch that was computed */
  constructor(
    readonly run: RunBatch,
    readonly workers: number,
    readonly options: BatcherOptions,
    readonly onBatch: (texts: number, ms: number) => void = () => {},
  ) {}

  /** Texts that no worker has taken yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Computes texts among those of other requests; what is waiting when `signal` aborts is not computed.
   * @param texts [N], N ≥ 1. @returns [N, width]. @throws QueueFullError, the signal's reason, what `run` throws
   */
  async submit(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted();
    const { maxQueue } = this.options;
    if (this.#waiting + texts.length > maxQueue) throw new QueueFullError(this.#waiting, maxQueue, this.#retryAfterS());
    return new Promise((resolve, reject) => {
      const job: Job = { texts, next: 0, left: texts.length, output: undefined, resolve, reject };
      signal?.addEventListener("abort", () => this.#fail(job, signal.reason), { once: true });
      if (this.#waiting === 0) this.#sinceMs = performance.now();
      this.#jobs.push(job);
      this.#waiting += texts.length;
      this.#dispatch();
    });
  }

  /** Resolves once nothing waits and nothing is computed. */
  async drained(): Promise<void> {
    if (this.#waiting > 0 || this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #retryAfterS(): number {
    return this.#textsPerMs === 0 ? 1 : Math.max(1, Math.ceil(this.#waiting / this.#textsPerMs / 1000));
  }

  #dispatch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { maxBatch, maxWaitMs } = this.options;
    while (this.#waiting > 0 && this.#running < this.workers) {
      const patienceMs = maxWaitMs - (performance.now() - this.#sinceMs);
      if (this.#running > 0 && this.#waiting < maxBatch && patienceMs > 0) {
        this.#timer = setTimeout(() => this.#dispatch(), patienceMs);
        return;
      }
      const free = this.workers - this.#running;
      void this.#compute(this.#take(Math.min(maxBatch, Math.ceil(this.#waiting / free))));
    }
  }

  /** The next `count` texts, some of each job in turn. */
  #take(count: number): Slice[] {
    const slices: Slice[] = [];
    const share = Math.max(1, Math.floor(count / this.#jobs.length));
    for (let room = count; room > 0; ) {
      const job = this.#jobs.shift()!;
      const texts = job.texts.slice(job.next, job.next + Math.min(share, room));
      slices.push({ job, start: job.next, texts });
      job.next += texts.length;
      room -= texts.length;
      if (job.next < job.texts.length) this.#jobs.push(job);
    }
    this.#waiting -= count;
    return slices;
  }

  async #compute(slices: Slice[]): Promise<void> {
    const texts = slices.flatMap((slice) => slice.texts);
    const startMs = performance.now();
    this.#running++;
    try {
      const rows = await this.run(texts);
      this.#tellBatch(texts.length, performance.now() - startMs);
      this.#deliver(slices, rows, rows.length / texts.length);
    } catch (error) {
      for (const { job } of slices) this.#fail(job, error);
    } finally {
      this.#running--;
      this.#dispatch();
      if (this.#waiting === 0 && this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  #tellBatch(texts: number, ms: number): void {
    const rate = (this.workers * texts) / ms;
    this.#textsPerMs = this.#textsPerMs === 0 ? rate : (1 - newestShare) * this.#textsPerMs + newestShare * rate;
    this.onBatch(texts, ms);
  }

  #deliver(slices: Slice[], rows: Float32Array, width: number): void {
    let at = 0;
    for (const { job, start, texts } of slices) {
      job.output ??= new Float32Array(job.texts.length * width);
      job.output.set(rows.subarray(at * width, (at + texts.length) * width), start * width);
      at += texts.length;
      job.left -= texts.length;
      if (job.left === 0) job.resolve(job.output);
    }
  }

  #fail(job: Job, reason: unknown): void {
    const at = this.#jobs.indexOf(job);
    if (at >= 0) {
      this.#jobs.splice(at, 1);
      this.#waiting -= job.texts.length - job.next;
    }
    job.reject(reason);
  }
}
