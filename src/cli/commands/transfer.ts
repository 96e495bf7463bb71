import { createHash } from "node:crypto";
import { type Dataset, selectRows } from "../../data/dataset.js";
import { UsageError } from "../../errors.js";
import type { Shots } from "../../experiments/draws.js";
import { readRowList } from "../../experiments/splits.js";
import { planTransfer, runTransfer, type TransferOptions, transferCosts } from "../../experiments/transfer.js";
import { readTexts, type Target, transferData } from "../../experiments/transfer-data.js";
import { type TransferMethod, transferMethods } from "../../experiments/transfer-kinds.js";
import type { TransferResult } from "../../experiments/transfer-result.js";
import { cellPlanText } from "../../report/cell-plan-text.js";
import { transferText } from "../../report/transfer-text.js";
import type { Provenance } from "../../report/types.js";
import {
  decidedByDraws,
  type ExperimentOptions,
  layersOf,
  publishedDraws,
  readExamples,
  requireAllRows,
  runOptions,
  tell,
  withEncoder,
} from "../experiment.js";
import { print, printJson } from "../print.js";

/** What the command line gives `transfer`. */
export interface TransferCommandOptions extends ExperimentOptions {
  methods?: TransferMethod[];
  shots: Shots;
  few: number;
  targetRows: number;
  unlabelled?: boolean;
  adapt: number | "all";
}

/** `headstart transfer`. @throws the errors of reading, of the run folder, and CellsFailedError */
export async function transfer(source: string, target: string, options: TransferCommandOptions): Promise<void> {
  requireAllRows(options);
  const labelled = await readExamples(source, options);
  const data = transferData(labelled, await readTarget(target, options), options.seed);
  const splits = await publishedDraws(options, data.source.labels, data.labelNames.length);
  await withEncoder(options, async (setup) => {
    const { draws, seed, shots, few, targetRows, adapt } = options;
    const told: TransferOptions = {
      methods: options.methods ?? transferMethods,
      sourceShots: splits?.draws[0].shots ?? shots,
      splits: splits?.draws,
      fewShots: few,
      targetRows,
      draws,
      seed,
      adaptation: { depth: layersOf(adapt, setup.encoder) },
    };
    const cells = planTransfer(data, told);
    const costs = await transferCosts(data, setup, told);
    if (options.plan) {
      const planned = cells.map((cell) => ({ ...cell, seconds: costs.get(cell.id)! }));
      return options.json ? printJson({ cells: planned }) : print(cellPlanText(planned));
    }
    const { methods, ...decisive } = told; // methods can be added
    const given = {
      ...decisive,
      splits: splits?.fingerprint,
      draws: decidedByDraws(splits?.draws.length ?? draws, true, options),
      encoder: setup.encoder.fingerprint,
    };
    const run = runOptions("transfer", data.targetName, data.fingerprints, given, options);
    const outcome = await runTransfer(data, setup, told, { ...run, cost: ({ id }) => costs.get(id)! });
    const page = async (result: TransferResult, provenance: Provenance) =>
      (await import("../../report/transfer-page.js")).renderTransfer(result, provenance);
    await tell({ ...outcome, cells: cells.length }, { text: transferText, page }, run, options);
  });
}

async function readTest(options: TransferCommandOptions): Promise<Dataset | undefined> {
  const { test, testRows } = options;
  if (test === undefined) {
    if (testRows !== undefined) throw new UsageError("--test-rows needs --test: the file they are of.");
    return undefined;
  }
  const dataset = await readExamples(test, options);
  return testRows === undefined ? dataset : selectRows(dataset, await readRowList(testRows, dataset.texts.length));
}

async function readTarget(path: string, options: TransferCommandOptions): Promise<Target> {
  const test = await readTest(options);
  if (!options.unlabelled) return { labelled: await readExamples(path, options), test };
  if (!test) throw new UsageError("--unlabelled needs --test: labelled rows of the target to score on.");
  const texts = await readTexts(path, options);
  const fingerprint = createHash("sha256").update(JSON.stringify(texts)).digest("hex");
  return { name: path, fingerprint, texts, test };
}
