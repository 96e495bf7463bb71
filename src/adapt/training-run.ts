import { type LinearHead, selectTargets, type Targets } from "../head/linear.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { batchLoss, type LossValue } from "./losses.js";
import { linearSchedule, stepAdamW, type WeightGroup } from "./optimizer.js";
import { aligned, Parameters } from "./parameters.js";
import type { Recipe } from "./recipe.js";
import type { RemoteLayers } from "./remote-layers.js";
import { BalancedBatches, labelledRows } from "./sampler.js";

/** The training loop's one step: the batch, the loss and the schedule are here, the layers elsewhere. */
export class TrainingRun {
  readonly #batches: BalancedBatches;
  readonly #head: TrainedProbe | undefined;

  constructor(
    readonly tensorflow: Tensorflow,
    readonly layers: RemoteLayers,
    readonly targets: Targets,
    /** How many layers the whole encoder has. */
    readonly encoderLayers: number,
    readonly recipe: Recipe,
    random: Random,
    probe?: LinearHead,
  ) {
    this.#batches = new BalancedBatches(targets, labelledRows(targets), random);
    this.#head = recipe.loss.crossEntropy && probe ? new TrainedProbe(probe) : undefined;
  }

  /** What changes from step to step; copies. */
  async arrays(): Promise<Float32Array[]> {
    return [...(await this.layers.arrays()), ...this.#headArrays];
  }

  async restore([weights, mean, square, ...ofHead]: readonly Float32Array[]): Promise<void> {
    await this.layers.restore([weights, mean, square]);
    this.#headArrays.forEach((array, i) => {
      array.set(ofHead[i]);
    });
  }

  /** Draws the batches of steps that are done already. */
  skip(steps: number): void {
    for (let step = 0; step < steps; step++) this.#batches.next(this.recipe.batchSize);
  }

  /** @returns the loss before the step. */
  async step(step: number): Promise<number> {
    const { layers, recipe, targets } = this;
    const batch = this.#batches.next(recipe.batchSize);
    const embeddings = await layers.forward(batch);
    const value = batchLoss(this.tensorflow, recipe.loss, embeddings, selectTargets(targets, batch), this.#head?.head);
    const { clipNorm, pull } = recipe;
    await layers.update(value.dEmbeddings, {
      groups: groupsOf(layers, this.encoderLayers, recipe, step),
      clipNorm,
      pull,
    });
    this.#head?.step(value, linearSchedule(step, recipe.steps, recipe.headRate, recipe.warmUp), step + 1);
    return value.loss;
  }

  get #headArrays(): readonly Float32Array[] {
    return this.#head ? [this.#head.parameters.weights, ...this.#head.parameters.moments] : [];
  }
}

/** A head that is trained along with the layers, and thrown away after. */
class TrainedProbe {
  readonly head: LinearHead;
  readonly parameters: Parameters;

  constructor({ featureSize, classes, weights, bias }: LinearHead) {
    const end = weights.length + bias.length;
    this.parameters = new Parameters(aligned(end));
    const all = this.parameters.weights;
    all.set(weights);
    all.set(bias, weights.length);
    const views = { weights: all.subarray(0, weights.length), bias: all.subarray(weights.length, end) };
    this.head = { featureSize, classes, ...views };
  }

  step({ dHead }: LossValue, rate: number, step: number): void {
    const { parameters } = this;
    parameters.gradients.set(dHead!.weights);
    parameters.gradients.set(dHead!.bias, dHead!.weights.length);
    stepAdamW(parameters, [{ start: 0, end: parameters.size, rate, weightDecay: 0, step }]);
  }
}

/** Each layer's rate, and how many steps it has been trained for: with gradual unfreezing the lower ones begin later. */
function groupsOf(
  { layout, graphs }: RemoteLayers,
  encoderLayers: number,
  recipe: Recipe,
  step: number,
): WeightGroup[] {
  const { steps, learningRate, warmUp, layerDecay, weightDecay, unfreeze } = recipe;
  const rate = linearSchedule(step, steps, learningRate, warmUp);
  return layout.map(({ name, dims, start, end }) => {
    const below = encoderLayers - 1 - graphs.layerOf.get(name)!;
    const first = Math.floor((below / graphs.depth) * unfreeze * steps);
    return {
      start,
      end,
      rate: step >= first ? rate * layerDecay ** below : 0,
      weightDecay: dims.length > 1 ? weightDecay : 0,
      step: step - first + 1,
    };
  });
}
