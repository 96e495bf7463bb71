import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What the server counts, for Prometheus. */
export class Metrics {
  /** Requests so far, whatever the answer was. */
  answered = 0;
  readonly registry = new Registry();
  readonly #requests: Histogram;
  readonly #batchTexts: Histogram;
  readonly #batchSeconds: Histogram;
  readonly #reloads: Counter;

  /** @param waiting texts that no worker has taken yet */
  constructor(waiting: () => number) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: "headstart_request_seconds",
      help: "Time from a request's first byte to its answer",
      labelNames: ["method", "route", "status"],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    this.#batchTexts = new Histogram({
      name: "headstart_batch_texts",
      help: "Texts in a batch",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    });
    this.#batchSeconds = new Histogram({
      name: "headstart_batch_seconds",
      help: "Time that a worker takes for a batch",
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    this.#reloads = new Counter({
      name: "headstart_reloads_total",
      help: "Reloads of retrained folders",
      labelNames: ["outcome"],
      registers,
    });
    new Gauge({
      name: "headstart_waiting_texts",
      help: "Texts that no worker has taken yet",
      registers,
      collect() {
        this.set(waiting());
      },
    });
  }

  tellRequest(method: string, route: string, status: number, seconds: number): void {
    this.answered++;
    this.#requests.observe({ method, route, status }, seconds);
  }

  tellBatch(texts: number, ms: number): void {
    this.#batchTexts.observe(texts);
    this.#batchSeconds.observe(ms / 1000);
  }

  tellReload(outcome: "done" | "failed"): void {
    this.#reloads.inc({ outcome });
  }
}
