import { type LinearHead, selectTargets, type Targets } from "../head/linear.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import type { HiddenStates } from "./hidden-states.js";
import { batchLoss, type LossValue } from "./losses.js";
import { linearSchedule, stepAdamW, type WeightGroup } from "./optimizer.js";
import { aligned, Parameters } from "./parameters.js";
import type { Recipe } from "./recipe.js";
import { BalancedBatches, labelledRows } from "./sampler.js";
import type { TailSession } from "./tail-session.js";

/** The training loop's state and its one step. */
export class TrainingRun {
  readonly #batches: BalancedBatches;
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
    this.#head = recipe.loss.crossEntropy && probe ? new TrainedProbe(probe) : undefined;
    this.#pretrained = recipe.pull || recipe.blend < 1 ? session.parameters.weights.slice() : undefined;
  }

  /** What changes from step to step. */
  get arrays(): readonly Float32Array[] {
    return [this.session.parameters, this.#head?.parameters].flatMap((kept) =>
      kept ? [kept.weights, ...kept.moments] : [],
    );
  }

  /** The weights that training has led to: w₀ + blend (w − w₀), [P]. */
  result(): Float32Array {
    const { weights } = this.session.parameters;
    const { blend } = this.recipe;
    return blend < 1 ? weights.map((w, i) => this.#pretrained![i] + blend * (w - this.#pretrained![i])) : weights;
  }

  /** Draws the batches of steps that are done already. */
  skip(steps: number): void {
    for (let step = 0; step < steps; step++) this.#batches.next(this.recipe.batchSize);
  }

  /** @returns the loss before the step. */
  async step(step: number): Promise<number> {
    const { session, recipe, targets } = this;
    const batch = this.#batches.next(recipe.batchSize);
    const embeddings = await session.forward(this.states, batch);
    const value = batchLoss(this.tensorflow, recipe.loss, embeddings, selectTargets(targets, batch), this.#head?.head);
    await session.backward(value.dEmbeddings);
    const { parameters } = session;
    if (recipe.pull) pullBack(parameters, this.#pretrained!, recipe.pull);
    const size = parameters.gradientNorm();
    const scale = size > recipe.clipNorm ? recipe.clipNorm / size : 1;
    stepAdamW(parameters, groupsOf(session, this.layers, recipe, step), scale);
    this.#head?.step(value, linearSchedule(step, recipe.steps, recipe.headRate, recipe.warmUp), step + 1);
    return value.loss;
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

/** The gradient of α/2 ‖w − w₀‖². */
function pullBack({ weights, gradients }: Parameters, pretrained: Float32Array, alpha: number): void {
  for (let i = 0; i < weights.length; i++) gradients[i] += alpha * (weights[i] - pretrained[i]);
}

/** Each layer's rate, and how many steps it has been trained for: with gradual unfreezing the lower ones begin later. */
function groupsOf({ layout, graphs }: TailSession, layers: number, recipe: Recipe, step: number): WeightGroup[] {
  const { steps, learningRate, warmUp, layerDecay, weightDecay, unfreeze } = recipe;
  const rate = linearSchedule(step, steps, learningRate, warmUp);
  return layout.map(({ name, dims, start, end }) => {
    const below = layers - 1 - graphs.layerOf.get(name)!;
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
