import { type Dataset, loadDataset, withLabels } from "../../src/data/dataset.js";
import type { ExperimentSetup } from "../../src/experiments/curve.js";
import { type ExperimentData, experimentData } from "../../src/experiments/examples.js";
import type { RunManifest } from "../../src/experiments/run-folder.js";
import { silentLog } from "../../src/log.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";
import { openTiny } from "../adapt/tiny.js";

/** A corpus of `data/`; its labels dealt anew at random where `permuted`, so that there is nothing to learn. */
export async function corpusOf(file: string, permuted = false): Promise<Dataset> {
  const dataset = await loadDataset(`data/${file}`);
  return permuted ? withLabels(dataset, new Random(7).shuffle([...dataset.labels])) : dataset;
}

/** Rows of an experiment from the demonstration corpus of that name. */
export async function demonstration(corpus: string, permuted = false): Promise<ExperimentData> {
  const test = { dataset: await corpusOf(`${corpus}/test.csv`, permuted) };
  return experimentData(await corpusOf(`${corpus}/train.csv`, permuted), { command: "test", seed: 42, test });
}

/** The tiny encoder, open, and TensorFlow.js. */
export async function tinySetup(family = "bert"): Promise<ExperimentSetup> {
  return { tensorflow: await loadTensorflow(), encoder: await openTiny(family, { features: "last3" }), log: silentLog };
}

/** A run that is kept in memory alone. */
export const manifest: RunManifest = { experiment: "test", options: {}, data: {}, versions: {} };

/** Whether a mean over draws is what guessing gives, as far as its interval and the number of test rows let tell. */
export function isChance(
  { mean, interval }: { mean: number; interval: readonly [number, number] | null },
  chance: number,
  testRows: number,
): boolean {
  const half = interval ? (interval[1] - interval[0]) / 2 : 0;
  return Math.abs(mean - chance) <= half + 1.96 * Math.sqrt((chance * (1 - chance)) / testRows);
}
