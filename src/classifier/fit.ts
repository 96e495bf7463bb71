import type { Dataset } from "../data/dataset.js";
import { duplicateGroups } from "../data/duplicates.js";
import { encodeLabels, encodeMultiLabels, type LabelSet, labelSetOf } from "../data/labels.js";
import { requireTrainable } from "../data/trainable.js";
import { counted } from "../data/wording.js";
import { Encoder, type FeatureKind } from "../encoder/encoder.js";
import type { Targets } from "../head/linear.js";
import { silentLog } from "../log.js";
import { Random } from "../random.js";
import { loadTensorflow } from "../runtime/tensorflow.js";
import { namesMayTell } from "../train/label-names.js";
import { depthOf } from "../train/train-adapted.js";
import { trainHead } from "../train/train-head.js";
import { adaptIfAsked, type TrainedEncoder } from "./adapt-if-asked.js";
import { keepingUntilSaved } from "./backing.js";
import { compose } from "./compose.js";
import { describe } from "./describe.js";
import { featureSets } from "./feature-sets.js";
import { heldOutScores } from "./held-out.js";
import { encodeLabelNames } from "./label-names.js";
import type { Manifest } from "./manifest.js";
import { checkFitOptions, type FitOptions, strengthsFor } from "./options.js";
import { scopeOf } from "./scope.js";

/** Trains a head on the features of a dataset and composes encoder, pooling and head into one graph. */
export async function fitClassifier(given: Dataset, options: FitOptions) {
  checkFitOptions(options);
  const log = options.log ?? silentLog;
  const dataset = requireTrainable(given);
  const tensorflow = await loadTensorflow({ backend: options.backend });
  log.info(`Backend: ${tensorflow.description}`);
  const encoder = await Encoder.open(options.encoder, {
    features: options.features === "last" ? "last" : "last3",
    dtype: options.dtype ?? "int8",
    pooling: options.pooling,
    maxTokens: options.maxTokens,
    cacheFolder: options.cacheFolder,
    log,
  });
  try {
    const { former } = encoder.source;
    if (former?.adaptation?.depth && former.data?.fingerprint === dataset.fingerprint) {
      log.warn(
        "the encoder was adapted on these very rows: scores on rows held out are too good, those of a test file are not",
      );
    }
    if (typeof options.adapt === "number") depthOf(options.adapt, options.adapt, encoder.layers); // said before the training
    const startMs = performance.now();
    const features = await encodeWithProgress(encoder, dataset.texts, log);
    const encodedMs = performance.now();
    const cut = encoder.truncated; // of those that the cache did not have
    if (cut > 0) log.warn(`${counted(cut, "text was", "texts were")} cut to ${encoder.maxTokens} tokens`);
    const labelSet = labelSetOf(dataset);
    const targets = targetsOf(dataset, labelSet);
    const groups = duplicateGroups(dataset.texts);
    const mayLearnNames = options.labelNames !== false && namesMayTell(targets);
    const names = mayLearnNames ? await encodeLabelNames(encoder, labelSet.names) : undefined;
    const trained = await trainHead<FeatureKind>(tensorflow, featureSets(features, options.features), {
      targets,
      names: names && featureSets(names.features, options.features),
      groups,
      strengths: options.C === undefined ? strengthsFor(dataset.texts.length) : [options.C],
      classWeight: options.classWeight ?? "none",
      folds: options.folds ?? 5,
      random: new Random(options.seed ?? 42),
      log,
    });
    const trainedMs = performance.now();
    const frozen: TrainedEncoder = { encoder, features, trained, names: trained.named?.used ? names : undefined };
    const { adaptation, checkpoints, ...result } = await adaptIfAsked(
      tensorflow,
      frozen,
      dataset.texts,
      targets,
      options,
    );
    const timesMs = {
      encode: Math.round(encodedMs - startMs),
      train: Math.round(trainedMs - encodedMs),
      ...(adaptation && { adapt: Math.round(performance.now() - trainedMs) }),
    };
    try {
      const { heldOut: rows } = result.trained;
      const heldOut = rows && heldOutScores(rows, targets, labelSet.names, options.seed ?? 42);
      const described = describe(dataset, labelSet, result.encoder, result.trained, tensorflow, options);
      const isAdapted = result.encoder !== encoder;
      const scope = scopeOf(result.features, result.trained, targets, groups, isAdapted);
      const manifest: Manifest = {
        ...described,
        labelNames: trained.named,
        adaptation,
        outOfScope: scope?.record,
        heldOut,
        timesMs,
      };
      const scoring = scope?.score;
      const backing = await compose(dataset, result.encoder, result.features, result.trained, manifest, scoring);
      return { manifest, backing: keepingUntilSaved(backing, checkpoints) };
    } finally {
      if (result.encoder !== encoder) await result.encoder.dispose();
    }
  } finally {
    await encoder.dispose();
  }
}

async function encodeWithProgress(encoder: Encoder, texts: readonly string[], log: NonNullable<FitOptions["log"]>) {
  const progress = log.progress("encoding", texts.length);
  try {
    return await encoder.encode(texts, (done) => progress.update(done));
  } finally {
    progress.stop();
  }
}

function targetsOf(dataset: Dataset, labelSet: LabelSet): Targets {
  const classes = labelSet.names.length;
  return dataset.multiLabel
    ? { kind: "multi-label", classes, labels: encodeMultiLabels(dataset, labelSet) }
    : { kind: "single-label", classes, labels: encodeLabels(dataset, labelSet) };
}
