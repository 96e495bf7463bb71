import type { Encoder } from "../encoder/encoder.js";
import type { Features, LinearHead, Targets } from "../head/linear.js";
import { type Log, silentLog } from "../log.js";
import type { ModelProto } from "../onnx/schema.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { bytesOf, Checkpoint, type CheckpointOptions, type TrainingProgress } from "./checkpoint.js";
import { embed } from "./embed.js";
import { DivergenceError } from "./errors.js";
import { FrozenLayers } from "./frozen-layers.js";
import { Keeping } from "./keeping.js";
import { bytesFor, layoutOf, sizeOf } from "./parameters.js";
import type { Recipe } from "./recipe.js";
import { RemoteLayers } from "./remote-layers.js";
import { TrainingRun } from "./training-run.js";
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
  checkpoints?: CheckpointOptions;
  /** Stops the schedule early. */
  stopAfter?: number;
  looking?: Looking;
  /** Of the same encoder: spares what an earlier training computed of the frozen layers. */
  frozenLayers?: FrozenLayers;
  log?: Log;
}

/** When training is looked at, and how much of its way from the pretrained weights is taken then. */
export interface Look {
  steps: number;
  /** Missing: the recipe's. */
  blend?: number;
}

/** Looks at what has been learnt so far; what `look` returns comes back in `looks`. */
export interface Looking {
  /** By steps, ascending. */
  at: readonly Look[];
  /** R texts that are not trained on. */
  texts: readonly string[];
  /** @param own embeddings of the training texts, [N, D]. @param others those of `texts`, [R, D]. */
  look(own: Features, others: Features): Promise<number[]>;
}

/** An encoder after training. */
export interface Adapted {
  /** All weights float32. */
  model: ModelProto;
  /** The loss of every step. */
  losses: number[];
  /** Embeddings of some of the texts in float32, to hold what is stored against: [rows, D]. */
  sample: { rows: number[]; embeddings: Float32Array };
  /** What `looking` found, one for each of `at`. */
  looks: number[][];
  /** Of the finished run; to be removed when what came of it is safe. */
  checkpoint?: Checkpoint;
}

/**
 * Trains the last layers of an encoder on labelled texts.
 *
 * The frozen layers run once for each text. A step embeds a batch with the layers behind them, takes the loss and
 * dL/dE from TensorFlow.js, runs the backward graph and updates the weights.
 *
 * @param texts N. @throws OptionError for more weights than one memory holds, MissingRuleError when the graph cannot be differentiated that far, DivergenceError.
 */
export async function adaptEncoder(
  tensorflow: Tensorflow,
  encoder: Encoder,
  texts: readonly string[],
  targets: Targets,
  options: AdaptOptions,
): Promise<Adapted> {
  const { depth, recipe, random, threads, looking, log = silentLog } = options;
  const frozenLayers = options.frozenLayers ?? new FrozenLayers(encoder);
  const graphs = await frozenLayers.graphs(depth);
  bytesFor(sizeOf(layoutOf(graphs.weights))); // says so if they are too many, before the frozen layers take their time
  await encoder.rest(); // its sessions would only take memory
  const states = await frozenLayers.states(depth, [...texts, ...(looking?.texts ?? [])], log);
  const layers = new RemoteLayers(graphs, states, threads);
  const bar = log.progress("adapting", recipe.steps);
  try {
    const run = new TrainingRun(tensorflow, layers, targets, encoder.layers, recipe, random, options.probe);
    const checkpoint = options.checkpoints && checkpointOf(encoder, texts, targets, options);
    const before = options.checkpoints?.resume ? await restore(run, checkpoint) : undefined;
    const { losses, looks } = before ?? { losses: [], looks: [] };
    if (before) log.info(`going on behind step ${losses.length} of ${recipe.steps}`);
    else if (options.checkpoints?.resume) log.info("nothing is kept of this training: it starts from the beginning");
    run.skip(losses.length);
    const keeping = checkpoint && new Keeping(checkpoint, log, options.checkpoints?.everyMs);
    const last = Math.min(recipe.steps, options.stopAfter ?? recipe.steps);
    while (losses.length < last) {
      losses.push(await run.step(losses.length));
      const done = losses.length;
      if (!Number.isFinite(losses[done - 1])) throw new DivergenceError(done, recipe.learningRate);
      bar.update(done, `loss ${losses[done - 1].toFixed(3)}`);
      for (const { steps, blend = recipe.blend } of looking?.at ?? []) {
        if (steps === done) looks.push(await lookAt(layers, blend, looking!));
      }
      await keeping?.afterStep(done === last, async () => ({
        progress: { losses, looks },
        arrays: await run.arrays(),
      }));
    }
    const trainable = await frozenLayers.trainable();
    const model = writeBack(trainable, graphs, layers.layout, await layers.blend(recipe.blend));
    const sample = await sampleOf(layers, texts.length);
    if (!sample.embeddings.every(Number.isFinite)) throw new DivergenceError(losses.length, recipe.learningRate);
    return { model, sample, losses, looks, checkpoint };
  } finally {
    bar.stop();
    await layers.dispose();
    states.dispose();
  }
}

const sampleSize = 128;

/** Before anything is rounded. */
async function sampleOf(layers: RemoteLayers, texts: number): Promise<Adapted["sample"]> {
  const size = Math.min(texts, sampleSize);
  const rows = Array.from({ length: size }, (_, i) => Math.floor((i * texts) / size));
  return { rows, embeddings: (await embed(layers, rows)).data };
}

/** Training goes on behind it as if nobody had looked. */
async function lookAt(layers: RemoteLayers, blend: number, { look, texts }: Looking): Promise<number[]> {
  await layers.blend(blend);
  const { rows, size, data } = await embed(layers, [...layers.states.tokens.keys()]);
  await layers.resume();
  const own = rows - texts.length;
  return await look(
    { rows: own, size, data: data.subarray(0, own * size) },
    { rows: texts.length, size, data: data.subarray(own * size) },
  );
}

async function restore(run: TrainingRun, checkpoint: Checkpoint | undefined): Promise<TrainingProgress | undefined> {
  const arrays = await run.arrays();
  const progress = await checkpoint?.restore(arrays);
  if (progress) await run.restore(arrays);
  return progress;
}

function checkpointOf(encoder: Encoder, texts: readonly string[], targets: Targets, options: AdaptOptions): Checkpoint {
  const { depth, recipe, random, checkpoints, stopAfter, probe } = options;
  const { folder, context } = checkpoints!;
  const settings = JSON.stringify({ depth, recipe, stopAfter, seed: random.seed, classes: targets.classes, context });
  const start = probe ? [bytesOf(probe.weights), bytesOf(probe.bias)] : [];
  return new Checkpoint(folder, [
    encoder.fingerprint,
    settings,
    JSON.stringify(texts),
    bytesOf(targets.labels),
    ...start,
  ]);
}
