import type { Log } from "../log.js";
import type { Checkpoint, TrainingState } from "./checkpoint.js";

const usualMs = 20_000;

/** Keeps the state of a training at intervals, and at its end where it took longer than one. That only saves time: where it cannot be done is a warning, said once. */
export class Keeping {
  readonly #startMs = performance.now();
  #keptMs = this.#startMs;
  #isPossible = true;

  constructor(
    readonly checkpoint: Checkpoint,
    readonly log: Log,
    readonly everyMs = usualMs,
  ) {}

  async afterStep(isLast: boolean, stateOf: () => Promise<TrainingState>): Promise<void> {
    const nowMs = performance.now();
    const isDue = nowMs - (isLast ? this.#startMs : this.#keptMs) > this.everyMs;
    if (!isDue || !this.#isPossible) return;
    const state = await stateOf();
    await this.checkpoint.save(state).catch((error: Error) => this.#doWithout(error));
    this.#keptMs = performance.now();
  }

  #doWithout(error: Error): void {
    this.#isPossible = false;
    const { folder } = this.checkpoint;
    this.log.warn(`this training cannot be gone on with if it is interrupted: ${folder}: ${error.message}`);
  }
}
