import { type Dataset, datasetFrom, type Example } from "../data/dataset.js";
import { encodeLabels, encodeMultiLabels, labelSetFrom } from "../data/labels.js";
import { scoreMultiLabel } from "../evaluate/multi-label.js";
import { scoreSingleLabel } from "../evaluate/single-label.js";
import type { MultiLabelInput, Scores, SingleLabelInput } from "../evaluate/types.js";
import { probabilities } from "../head/linear.js";
import { Random } from "../random.js";
import type { Backing } from "./backing.js";
import { type LoadOptions, loadFolder } from "./load.js";
import type { Manifest } from "./manifest.js";
import type { FitOptions } from "./options.js";
import { outOfScope, splitOutput } from "./output.js";

export type { Manifest } from "./manifest.js";
export type { FitOptions } from "./options.js";

/**
 * What a classifier says of one text: a label, or the labels whose probability reaches their threshold. `outOfScope`: the text
 * probably fits none of the labels.
 */
export type Prediction =
  | { label: string; confidence: number; outOfScope?: true }
  | { labels: string[]; confidences: number[] };

/** Of N texts. */
export interface ScopedProbabilities {
  /** [N, K] */
  probabilities: Float32Array;
  /** [N], 1 where the text probably fits none of the labels; null where the classifier has no threshold for that. */
  outOfScope: Uint8Array | null;
}

/** A text classifier: a pretrained encoder with a linear head. Owns worker threads: call `dispose` when done. */
export class TextClassifier {
  readonly labels: readonly string[];
  readonly multiLabel: boolean;
  /** [K], the probability from which on a label is given; used for multi-label alone. */
  readonly thresholds: Float32Array;

  /** @internal */
  constructor(
    readonly manifest: Manifest,
    private readonly backing: Backing,
  ) {
    this.labels = manifest.labels;
    this.multiLabel = manifest.task === "multi-label";
    this.thresholds = Float32Array.from(manifest.thresholds ?? manifest.labels.map(() => 0.5));
  }

  /**
   * Trains a classifier on labelled texts; the encoder stays frozen unless `adapt` is given.
   * @example const classifier = await TextClassifier.fit([{ text: "great", label: "good" }, …]);
   * @throws the errors of `datasetFrom`, `requireTrainable` and `Encoder.open`
   */
  static async fit(examples: readonly Example[] | Dataset, options: FitOptions = {}): Promise<TextClassifier> {
    const { fitClassifier } = await import("./fit.js"); // brings TensorFlow.js, which prediction does without
    const dataset = "texts" in examples ? examples : datasetFrom(examples, { multiLabel: options.multiLabel });
    const { manifest, backing } = await fitClassifier(dataset, options);
    return new TextClassifier(manifest, backing);
  }

  /** Loads a folder that `save` wrote. @throws ModelFolderError, NewerSchemaError, AlteredModelError, OptionError */
  static async load(folder: string, options: LoadOptions = {}): Promise<TextClassifier> {
    const { manifest, runner } = await loadFolder(folder, options);
    const { copyFolder } = await import("./copy.js");
    return new TextClassifier(manifest, {
      runner,
      save: (target) => copyFolder(folder, target),
      dispose: () => runner.dispose(),
    });
  }

  /** @param texts N of them. @returns [N, K] in row-major order: they sum to 1 a row, or stand for themselves in multi-label. */
  async predictProba(
    texts: readonly string[],
    options: { onProgress?: (done: number) => void } = {},
  ): Promise<Float32Array> {
    return (await this.predictScoped(texts, options)).probabilities;
  }

  /** As `predictProba`, and which texts probably fit none of the labels. */
  async predictScoped(
    texts: readonly string[],
    options: { onProgress?: (done: number) => void } = {},
  ): Promise<ScopedProbabilities> {
    const classes = this.labels.length;
    const output = splitOutput(await this.backing.runner.run(texts, options), texts.length, classes);
    return {
      probabilities: probabilities(this.manifest.task, output.logits, classes),
      outOfScope: outOfScope(this.manifest, output),
    };
  }

  async predict(texts: readonly string[]): Promise<Prediction[]> {
    const { probabilities: rows, outOfScope: outside } = await this.predictScoped(texts);
    const classes = this.labels.length;
    return texts.map((_, i) => ({
      ...this.decide(rows.subarray(i * classes, (i + 1) * classes)),
      ...(outside?.[i] === 1 && { outOfScope: true as const }),
    }));
  }

  /** What the probabilities of one text, [K], say. */
  decide(row: Float32Array): Prediction {
    if (this.multiLabel) {
      const given = this.labels.flatMap((label, k) => (row[k] >= this.thresholds[k] ? [{ label, p: row[k] }] : []));
      given.sort((a, b) => b.p - a.p);
      return { labels: given.map(({ label }) => label), confidences: given.map(({ p }) => p) };
    }
    const best = row.indexOf(Math.max(...row));
    return { label: this.labels[best], confidence: row[best] };
  }

  /** Scores on labelled texts, with 95% intervals. A label that the classifier does not know counts as wrong. */
  async evaluate(
    examples: readonly Example[] | Dataset,
    options: { seed?: number; onProgress?: (done: number) => void } = {},
  ): Promise<{ scores: Scores } & ScopedProbabilities> {
    const dataset = "texts" in examples ? examples : datasetFrom(examples, { multiLabel: this.multiLabel });
    const scoped = await this.predictScoped(dataset.texts, options);
    const random = new Random(options.seed ?? 42);
    const input = this.scoringInput(dataset, scoped.probabilities);
    const scores = "thresholds" in input ? scoreMultiLabel(input, { random }) : scoreSingleLabel(input, { random });
    return { scores, ...scoped };
  }

  /** Labels and probabilities [N, K] in the form that the functions of `evaluate` take. */
  scoringInput(dataset: Dataset, rows: Float32Array): SingleLabelInput | MultiLabelInput {
    const labelSet = labelSetFrom(this.labels);
    const labelNames = this.labels;
    return this.multiLabel
      ? { probabilities: rows, labels: encodeMultiLabels(dataset, labelSet), thresholds: this.thresholds, labelNames }
      : { probabilities: rows, labels: encodeLabels(dataset, labelSet), labelNames };
  }

  /** Writes a Transformers.js model folder, whole or not at all. @throws OccupiedFolderError, OutputError */
  save(folder: string): Promise<void> {
    return this.backing.save(folder);
  }

  dispose(): Promise<void> {
    return this.backing.dispose();
  }
}
