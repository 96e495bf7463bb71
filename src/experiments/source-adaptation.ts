import { createHash } from "node:crypto";
import { type AdaptedPredictor, type LayerTraining, type TrainingRows, trainAdaptedLayers } from "./methods.js";
import type { TransferTraining } from "./transfer-methods.js";

/** What an adapted encoder says of texts. */
export interface SharedPrediction {
  /** [N, K] */
  probabilities: Float32Array;
  /** Of the training where it was done before, for another; 0 where it was done now. */
  sharedSeconds: number;
}

/**
 * The encoder as it was last adapted on labelled rows of a source. What it has to say of a target does not change it: ways into a target, and
 * targets, that follow each other share one training. Call `dispose`.
 */
export class SourceAdaptation {
  #key: string | undefined;
  #trained: AdaptedPredictor | undefined;
  #seconds = 0;

  async predict(
    training: LayerTraining & Pick<TransferTraining, "encoder" | "adaptation">,
    rows: TrainingRows,
    texts: readonly string[],
  ): Promise<SharedPrediction> {
    const key = keyOf(training, rows);
    const isKnown = this.#key === key;
    const trained = this.#trained && isKnown ? this.#trained : await this.#train(training, rows, key);
    const probabilities = await trained.predict(texts);
    await trained.encoder.rest(); // another training may follow
    return { probabilities, sharedSeconds: isKnown ? this.#seconds : 0 };
  }

  async dispose(): Promise<void> {
    await this.#trained?.dispose();
    this.#trained = undefined;
    this.#key = undefined;
  }

  async #train(
    training: LayerTraining & Pick<TransferTraining, "encoder" | "adaptation">,
    rows: TrainingRows,
    key: string,
  ): Promise<AdaptedPredictor> {
    await this.dispose();
    const startMs = performance.now();
    this.#trained = await trainAdaptedLayers(training, training.encoder, rows, training.adaptation);
    this.#seconds = (performance.now() - startMs) / 1000;
    this.#key = key;
    return this.#trained;
  }
}

/** All that a training depends on. */
function keyOf(
  { encoder, adaptation, seed }: LayerTraining & Pick<TransferTraining, "encoder" | "adaptation">,
  { texts, targets }: TrainingRows,
): string {
  const facts = [encoder.fingerprint, adaptation, seed, targets.classes, [...targets.labels], texts];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}
