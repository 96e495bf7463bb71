import type { Encoder } from "../encoder/encoder.js";
import { type LinearHead, selectTargets, type Targets } from "../head/linear.js";
import { type Log, silentLog } from "../log.js";
import type { ModelProto } from "../onnx/schema.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { HiddenStates } from "./hidden-states.js";
import { batchLoss, type LossValue } from "./losses.js";
import { AdamW, linearSchedule, norm, type WeightGroup } from "./optimizer.js";
import type { Recipe } from "./recipe.js";
import { BalancedBatches, labelledRows } from "./sampler.js";
import { prepareEncoder, tailGraphs } from "./tail-graphs.js";
import { TailSession } from "./tail-session.js";
import { writeBack } from "./write-back.js";

export interface AdaptOptions {
  /** How many of the last layers are trained. */
  depth: number;
  recipe: Recipe;
  random: Random;
  /** For the products of one run. */
  threads: number;
  /** Where a loss with cross-entropy starts from: a head fitted to the frozen embeddings. */
  probe?: LinearHead;
  log?: Log;
}

/** An encoder after training. */
export interface Adapted {
  /** All weights float32. */
  model: ModelProto;
  /** The loss of every step. */
  losses: number[];
}

/**
 * Trains the last layers of an encoder on labelled texts.
 *
 * The frozen layers run once for each text. A step embeds a batch with the layers behind them, takes the loss and
 * dL/dE from TensorFlow.js, runs the backward graph and updates the weights.
 *
 * @param texts N. @throws MissingRuleError when the graph cannot be differentiated that far.
 */
export async function adaptEncoder(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  targets: Targets,
  options: AdaptOptions,
): Promise<Adapted> {
  const { depth, recipe, random, threads, log = silentLog } = options;
  const graphs = tailGraphs(await prepareEncoder(encoder.model, encoder.pooling), depth);
  const tokens = encoder.tokenize(texts);
  const frozen = log.progress("frozen layers", texts.length);
  const states = await HiddenStates.compute(graphs.prefix, tokens, {
    paddingId: encoder.tokenizer.paddingId,
    onProgress: (done) => frozen.update(done),
  }).finally(() => frozen.stop());
  const session = await TailSession.open(graphs, threads);
  const progress = log.progress("adapting", recipe.steps);
  try {
    const losses: number[] = [];
    const batches = new BalancedBatches(targets, labelledRows(targets), random);
    const optimizer = new AdamW(session.weights);
    const head = recipe.loss.crossEntropy && options.probe ? new TrainedProbe(options.probe) : undefined;
    const pretrained = recipe.pull ? session.weights.slice() : undefined;
    for (let step = 0; step < recipe.steps; step++) {
      const batch = batches.next(recipe.batchSize);
      const embeddings = await session.forward(states, batch);
      const value = batchLoss(tensorflow, recipe.loss, embeddings, selectTargets(targets, batch), head?.head);
      await session.backward(value.dEmbeddings);
      if (pretrained) pullBack(session, pretrained, recipe.pull);
      const size = norm(session.gradients);
      const scale = size > recipe.clipNorm ? recipe.clipNorm / size : 1;
      optimizer.step(session.gradients, groupsOf(session, encoder.layers, recipe, step), scale);
      head?.step(value, linearSchedule(step, recipe.steps, recipe.headRate, recipe.warmUp));
      losses.push(value.loss);
      progress.update(step + 1, `loss ${value.loss.toFixed(3)}`);
      await new Promise(setImmediate); // a run holds the thread: let signals in
    }
    return { model: writeBack(encoder.model, graphs, session), losses };
  } finally {
    progress.stop();
    states.dispose();
    await session.dispose();
  }
}

/** A head that is trained along with the layers, and thrown away after. */
class TrainedProbe {
  readonly head: LinearHead;
  readonly #optimizer: AdamW;
  readonly #all: Float32Array;

  constructor({ featureSize, classes, weights, bias }: LinearHead) {
    this.#all = new Float32Array(weights.length + bias.length);
    this.#all.set(weights);
    this.#all.set(bias, weights.length);
    this.#optimizer = new AdamW(this.#all);
    const views = { weights: this.#all.subarray(0, weights.length), bias: this.#all.subarray(weights.length) };
    this.head = { featureSize, classes, ...views };
  }

  step({ dHead }: LossValue, rate: number): void {
    const gradients = new Float32Array(this.#all.length);
    gradients.set(dHead!.weights);
    gradients.set(dHead!.bias, dHead!.weights.length);
    this.#optimizer.step(gradients, [{ start: 0, end: gradients.length, rate, weightDecay: 0 }]);
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
