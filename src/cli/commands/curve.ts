import { UsageError } from "../../errors.js";
import { type CurveOptions, curveCosts, planCurve, runCurve } from "../../experiments/curve.js";
import { type CurveMethod, curveMethods } from "../../experiments/curve-methods.js";
import type { Shots } from "../../experiments/draws.js";
import type { ExperimentData } from "../../experiments/examples.js";
import { readSplits } from "../../experiments/splits.js";
import { cellPlanText } from "../../report/cell-plan-text.js";
import { curveText } from "../../report/curve-text.js";
import { type ExperimentOptions, readData, runOptions, tell, withEncoder } from "../experiment.js";
import { print, printJson } from "../print.js";

/** What the command line gives `curve`. */
export interface CurveCommandOptions extends ExperimentOptions {
  methods?: CurveMethod[];
  sizes?: Shots[];
  splits?: string[];
  independent?: boolean;
  adapt: number | "all";
}

/** `headstart curve`. @throws the errors of reading, of the run folder, and CellsFailedError */
export async function curve(path: string, options: CurveCommandOptions): Promise<void> {
  if (options.splits && options.test === undefined) {
    throw new UsageError("--splits needs --test: rows in no list would be guessed to be for testing.");
  }
  const data = await readData(path, "curve", options);
  const told = await curveOptions(data, options);
  await withEncoder(options, async (setup) => {
    const costs = await curveCosts(data, setup.encoder, told);
    const plan = planCurve(data, told);
    if (options.plan) {
      const cells = plan.cells.map((cell) => ({
        ...cell,
        rows: plan.rowsOf(cell).length,
        seconds: costs.get(cell.id)!,
      }));
      return options.json ? printJson({ cells }) : print(cellPlanText(cells));
    }
    const { splits, ...decisive } = told;
    const given = { ...decisive, splits: options.splits, draws: options.draws, encoder: setup.encoder.fingerprint };
    const run = runOptions("curve", data.name, data.fingerprints, given, options);
    const outcome = await runCurve(data, setup, told, { ...run, cost: ({ id }) => costs.get(id)! });
    const page = async (...[result, provenance]: Parameters<typeof import("../../report/curve-page.js").renderCurve>) =>
      (await import("../../report/curve-page.js")).renderCurve(result, provenance);
    await tell({ ...outcome, cells: plan.cells.length }, { text: curveText, page }, run, options);
  });
}

async function curveOptions(data: ExperimentData, options: CurveCommandOptions): Promise<CurveOptions> {
  const { draws, seed, sizes, adapt } = options;
  const classes = data.labelNames.length;
  const lists = options.splits?.map((file) => readSplits(file, data.texts.length, classes, draws));
  return {
    methods: options.methods ?? curveMethods,
    sizes,
    splits: lists && (await Promise.all(lists)).flat(),
    draws,
    nested: !options.independent,
    seed,
    adaptation: { depth: adapt === "all" ? 1000 : adapt },
  };
}
