import { encodeLabels, labelSetOf } from "../../data/labels.js";
import type { Shots } from "../../experiments/draws.js";
import { SeveralLabelsARowError } from "../../experiments/errors.js";
import { type ExtentOptions, extentCosts, planExtent, runExtent } from "../../experiments/extent.js";
import type { ExtentResult } from "../../experiments/extent-result.js";
import type { RunManifest } from "../../experiments/run-folder.js";
import { demonstrationFile, type UnrelatedTask } from "../../experiments/unrelated.js";
import { cellPlanText } from "../../report/cell-plan-text.js";
import { extentText } from "../../report/extent-text.js";
import type { Provenance } from "../../report/types.js";
import {
  decidedByDraws,
  type ExperimentOptions,
  layersOf,
  publishedDraws,
  readData,
  readExamples,
  runOptions,
  tell,
  withEncoder,
} from "../experiment.js";
import { print, printJson } from "../print.js";

/** What the command line gives `extent`. */
export interface ExtentCommandOptions extends ExperimentOptions {
  shots: Shots;
  depths?: number[];
  unrelated?: string;
}

/** `headstart extent`. @throws the errors of reading, of the run folder, and CellsFailedError */
export async function extent(path: string, options: ExtentCommandOptions): Promise<void> {
  const data = await readData(path, "extent", options);
  const { draws, seed, depths } = options;
  const splits = await publishedDraws(options, data.labels, data.labelNames.length);
  const shots = splits?.draws[0].shots ?? options.shots;
  const { task: unrelated, facts } = await unrelatedTask(options.unrelated ?? otherCorpus(path), options);
  const told: ExtentOptions = { depths, shots, splits: splits?.draws, draws, seed, unrelated };
  await withEncoder(options, async (setup) => {
    for (const depth of depths ?? []) layersOf(depth, setup.encoder, "--depths");
    const { cells } = planExtent(data, setup.encoder, told);
    const costs = await extentCosts(data, setup.encoder, told);
    if (options.plan) {
      const planned = cells.map((cell) => ({ ...cell, seconds: costs.get(cell.id)! }));
      return options.json ? printJson({ cells: planned }) : print(cellPlanText(planned));
    }
    const given = {
      shots, // not the depths: they can be added
      splits: splits?.fingerprint,
      draws: decidedByDraws(draws, shots === "all" && !splits, options),
      encoder: setup.encoder.fingerprint,
    };
    const run = runOptions("extent", data.name, { ...data.fingerprints, unrelated: facts }, given, options);
    const outcome = await runExtent(data, setup, told, { ...run, cost: ({ id }) => costs.get(id)! });
    const page = async (result: ExtentResult, provenance: Provenance) =>
      (await import("../../report/extent-page.js")).renderExtent(result, provenance);
    await tell({ ...outcome, cells: cells.length }, { text: extentText, page }, run, options);
  });
}

/** A demonstration corpus that is not the user's own data. */
function otherCorpus(path: string): string {
  return demonstrationFile(/intents/.test(path) ? "reviews/train.csv" : "intents/train.csv");
}

async function unrelatedTask(
  path: string,
  options: ExtentCommandOptions,
): Promise<{ task: UnrelatedTask; facts: RunManifest["data"][string] }> {
  const dataset = await readExamples(path, { ...options, text: undefined, label: undefined, format: undefined });
  if (dataset.multiLabel) throw new SeveralLabelsARowError(dataset.name, "extent --unrelated");
  const labelSet = labelSetOf(dataset);
  const { texts, fingerprint } = dataset;
  const name = path.split(/[\\/]/).slice(-2).join("/");
  return {
    task: { name, texts, labels: encodeLabels(dataset, labelSet), classes: labelSet.names.length },
    facts: { name, fingerprint, rows: texts.length },
  };
}
