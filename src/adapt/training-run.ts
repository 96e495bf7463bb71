import { type LinearHead, selectTargets, type Targets } from "../head/linear.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import type { HiddenStates } from "./hidden-states.js";
import { batchLoss, type LossValue } from "./losses.js";
import { AdamW, linearSchedule, norm, type WeightGroup } from "./optimizer.js";
import type { Recipe } from "./recipe.js";
import { BalancedBatches, labelledRows } from "./sampler.js";
import type { TailSession } from "./tail-session.js";

/** The training loop's state and its one step. */
export class TrainingRun {
  readonly #batches: BalancedBatches;
  readonly #optimizer: AdamW;
  readonly #head: TrainedProbe | undefined;
  readonly #pretrained: Float32Array | undefined;

  constructor(
    readonly tensorflow: Tensorflow,
    readonly session: TailSession,
    readonly states: HiddenStates,
    readonly targets: Targets,
    readonly layers: number,
    readonly recipe: Recipe,
    random: Random,
    probe?: LinearHead,
  ) {
    this.#batches = new BalancedBatches(targets, labelledRows(targets), random);
    this.#optimizer = new AdamW(session.weights);
    this.#head = recipe.loss.crossEntropy && probe ? new TrainedProbe(probe) : undefined;
    this.#pretrained = recipe.pull || recipe.blend < 1 ? session.weights.slice() : undefined;
  }

  /** What changes from step to step. */
  get arrays(): readonly Float32Array[] {
    return [this.session.weights, ...this.#optimizer.moments, ...(this.#head?.arrays ?? [])];
  }

  /** The weights that training has led to: w₀ + blend (w − w₀), [P]. */
  result(): Float32Array {
    const { weights } = this.session;
    const { blend } = this.recipe;
    return blend < 1 ? weights.map((w, i) => this.#pretrained![i] + blend * (w - this.#pretrained![i])) : weights;
  }

  /** Draws the batches of steps that are done already. */
  skip(steps: number): void {
    for (let step = 0; step < steps; step++) this.#batches.next(this.recipe.batchSize);
    this.#optimizer.steps = steps;
    if (this.#head) this.#head.optimizer.steps = steps;
  }

  /** @returns the loss before the step. */
  async step(step: number): Promise<number> {
    const { session, recipe, targets } = this;
    const batch = this.#batches.next(recipe.batchSize);
    const embeddings = await session.forward(this.states, batch);
    const value = batchLoss(this.tensorflow, recipe.loss, embeddings, selectTargets(targets, batch), this.#head?.head);
    await session.backward(value.dEmbeddings);
    if (recipe.pull) pullBack(session, this.#pretrained!, recipe.pull);
    const size = norm(session.gradients);
    const scale = size > recipe.clipNorm ? recipe.clipNorm / size : 1;
    this.#optimizer.step(session.gradients, groupsOf(session, this.layers, recipe, step), scale);
    this.#head?.step(value, linearSchedule(step, recipe.steps, recipe.headRate, recipe.warmUp));
    return value.loss;
  }
}

/** A head that is trained along with the layers, and thrown away after. */
class TrainedProbe {
  readonly head: LinearHead;
  readonly optimizer: AdamW;
  readonly #all: Float32Array;

  constructor({ featureSize, classes, weights, bias }: LinearHead) {
    this.#all = new Float32Array(weights.length + bias.length);
    this.#all.set(weights);
    this.#all.set(bias, weights.length);
    this.optimizer = new AdamW(this.#all);
    const views = { weights: this.#all.subarray(0, weights.length), bias: this.#all.subarray(weights.length) };
    this.head = { featureSize, classes, ...views };
  }

  get arrays(): readonly Float32Array[] {
    return [this.#all, ...this.optimizer.moments];
  }

  step({ dHead }: LossValue, rate: number): void {
    const gradients = new Float32Array(this.#all.length);
    gradients.set(dHead!.weights);
    gradients.set(dHead!.bias, dHead!.weights.length);
    this.optimizer.step(gradients, [{ start: 0, end: gradients.length, rate, weightDecay: 0 }]);
  }
}

/** The gradient of α/2 ‖w − w₀‖². */
function pullBack({ weights, gradients }: TailSession, pretrained: Float32Array, alpha: number): void {
  for (let i = 0; i < weights.length; i++) gradients[i] += alpha * (weights[i] - pretrained[i]);
}

function groupsOf({ layout, graphs }: TailSession, layers: number, recipe: Recipe, step: number): WeightGroup[] {
  const { steps, learningRate, warmUp, layerDecay, weightDecay, unfreeze } = recipe;
  const rate = linearSchedule(step, steps, learningRate, warmUp);
  const trained = unfreeze === 0 ? graphs.depth : Math.ceil(((step + 1) / (unfreeze * steps)) * graphs.depth);
  return layout.map(({ name, dims, start, end }) => {
    const below = layers - 1 - graphs.layerOf.get(name)!;
    return {
      start,
      end,
      rate: below < trained ? rate * layerDecay ** below : 0,
      weightDecay: dims.length > 1 ? weightDecay : 0,
    };
  });
}
