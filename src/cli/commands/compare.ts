import { Encoder } from "../../encoder/encoder.js";
import { embeddedEncoder } from "../../encoder/source.js";
import {
  type CompareOptions,
  type CompareSetup,
  comparisonCosts,
  planComparison,
  runComparison,
} from "../../experiments/compare.js";
import type { CompareResult } from "../../experiments/compare-result.js";
import { stderrLog } from "../../log.js";
import { cellPlanText } from "../../report/cell-plan-text.js";
import { compareText } from "../../report/compare-text.js";
import type { Provenance } from "../../report/types.js";
import { loadTensorflow } from "../../runtime/tensorflow.js";
import {
  decidedByDraws,
  type ExperimentOptions,
  layersOf,
  publishedDraws,
  readData,
  runOptions,
  tell,
} from "../experiment.js";
import { print, printJson } from "../print.js";

/** What the command line gives `compare`. */
export interface CompareCommandOptions extends Omit<ExperimentOptions, "encoder"> {
  encoders?: string[];
  rows: number;
  train?: boolean;
  adapt: number | "all";
}

/** `headstart compare`. @throws the errors of reading, of opening encoders, of the run folder, and CellsFailedError */
export async function compare(path: string, options: CompareCommandOptions): Promise<void> {
  const data = await readData(path, "compare", options);
  const { draws, rows, seed, adapt } = options;
  const train = options.train ? { depth: adapt === "all" ? Number.POSITIVE_INFINITY : adapt } : undefined;
  const splits = await publishedDraws(options, data.labels, data.labelNames.length);
  const told: CompareOptions = { draws, rows, splits: splits?.draws, seed, train };
  const fingerprints: Record<string, string> = {};
  const setup = await setupOf(options, fingerprints);
  const cells = planComparison(setup.names, told);
  const costs = await comparisonCosts(data, setup, told);
  if (options.plan) {
    const planned = cells.map((cell) => ({ ...cell, seconds: costs.get(cell.id)! }));
    return options.json ? printJson({ cells: planned }) : print(cellPlanText(planned));
  }
  const given = {
    ...told,
    train: train && adapt,
    splits: splits?.fingerprint,
    draws: decidedByDraws(draws, !splits, options),
    encoders: fingerprints,
  };
  const run = runOptions("compare", data.name, data.fingerprints, given, options);
  const outcome = await runComparison(data, setup, told, { ...run, cost: ({ id }) => costs.get(id)! });
  const page = async (result: CompareResult, provenance: Provenance) =>
    (await import("../../report/compare-page.js")).renderComparison(result, provenance);
  const named = { ...options, encoder: setup.names.join(", ") };
  await tell({ ...outcome, cells: cells.length }, { text: compareText, page }, run, named);
}

/** @param fingerprints of the encoders, by name: filled in as they are opened */
async function setupOf(options: CompareCommandOptions, fingerprints: Record<string, string>): Promise<CompareSetup> {
  const { maxTokens, cache, backend, adapt, train } = options;
  const log = stderrLog(options);
  const cacheFolder = cache ? undefined : null;
  return {
    tensorflow: await loadTensorflow({ backend }),
    log,
    names: [...new Set(options.encoders ?? [embeddedEncoder])],
    open: async (name) => {
      const encoder = await Encoder.open(name, { features: "last", maxTokens, cacheFolder, log });
      fingerprints[name] = encoder.fingerprint;
      if (train) layersOf(adapt, encoder, `--adapt for ${name}`);
      return encoder;
    },
  };
}
