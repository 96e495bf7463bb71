import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Checkpoint, CheckpointOptions } from "../adapt/checkpoint.js";
import { duplicateGroups } from "../data/duplicates.js";
import { defaultCacheFolder } from "../encoder/cache-folder.js";
import { type Encoder, type FeatureKind, lastOf } from "../encoder/encoder.js";
import type { Features, Targets } from "../head/linear.js";
import { silentLog } from "../log.js";
import { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { trainAdapted } from "../train/train-adapted.js";
import type { TrainedHead } from "../train/train-head.js";
import type { LabelNames } from "./label-names.js";
import type { AdaptationRecord } from "./manifest.js";
import type { FitOptions } from "./options.js";

/** Rounding weights to int8 leaves the embeddings' mean cosine to the exact ones above this. */
const leastCosine = 0.99;

/** An encoder, what it makes of the training texts, and the head trained on that. */
export interface TrainedEncoder {
  encoder: Encoder;
  features: Features;
  trained: TrainedHead<FeatureKind>;
  /** Where they are learnt from. */
  names?: LabelNames;
}

/**
 * Adapts the encoder where the options ask for it; the frozen classifier comes back where they do not, or where
 * `auto` finds it to be as good. An adapted encoder that is returned is to be disposed of beside the frozen one, checkpoints are to be
 * removed when the model is safe.
 */
export async function adaptIfAsked(
  tensorflow: Tensorflow,
  frozen: TrainedEncoder,
  texts: readonly string[],
  targets: Targets,
  options: FitOptions,
): Promise<TrainedEncoder & { adaptation?: AdaptationRecord; checkpoints: readonly Checkpoint[] }> {
  const {
    adapt = "none",
    recipe,
    seed = 42,
    log = silentLog,
    classWeight = "none",
    cacheFolder = defaultCacheFolder(),
  } = options;
  if (adapt === "none") return { ...frozen, checkpoints: [] };
  const { encoder, trained, features, names } = frozen;
  const isPart = trained.features === "last" && features.size > trained.head.featureSize;
  const used = (all: Features) => (isPart ? lastOf(all) : all);
  const baseline = {
    features: used(features),
    kind: trained.features,
    C: trained.C,
    names: names && used(names.features),
  };
  const { adapted, checkpoints, ...outcome } = await trainAdapted(tensorflow, encoder, texts, baseline, {
    request: adapt,
    C: options.C,
    recipe,
    targets,
    groups: duplicateGroups(texts),
    names: names?.texts,
    classWeight,
    random: new Random(seed),
    threads: availableParallelism(),
    checkpoints: cacheFolder === null ? undefined : checkpointsIn(cacheFolder, options),
    log,
  });
  if (!adapted) return { ...frozen, adaptation: { request: adapt, ...outcome }, checkpoints };
  const { losses, stored, ...result } = adapted;
  if (stored.meanCosine < leastCosine) {
    log.warn(
      `stored as ${encoder.options.dtype === "fp32" ? "float32" : "int8"}, the encoder is off by more than usual ` +
        `(mean cosine ${stored.meanCosine.toFixed(4)} to what was trained): try --dtype fp32`,
    );
  }
  const asked = options.features;
  if (asked && asked !== "auto" && asked !== result.trained.features) {
    log.warn(
      `the head reads the ${result.trained.features} features of the adapted encoder, which training moved; ${asked} are those of the frozen one`,
    );
  }
  const finalLoss = losses[losses.length - 1];
  const adaptation = { request: adapt, ...outcome, steps: losses.length, finalLoss, stored };
  return { ...result, adaptation, checkpoints };
}

function checkpointsIn(cacheFolder: string, { resume = false, checkpointSeconds }: FitOptions): CheckpointOptions {
  const everyMs = checkpointSeconds === undefined ? undefined : 1000 * checkpointSeconds;
  return { folder: join(cacheFolder, "unfinished"), resume, everyMs };
}
