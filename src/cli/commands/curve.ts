import type { Encoder } from "../../encoder/encoder.js";
import { type CurveOptions, curveCosts, planCurve, runCurve } from "../../experiments/curve.js";
import { type CurveMethod, curveMethods } from "../../experiments/curve-methods.js";
import type { Shots } from "../../experiments/draws.js";
import { cellPlanText } from "../../report/cell-plan-text.js";
import { curveText } from "../../report/curve-text.js";
import {
  decidedByDraws,
  type ExperimentOptions,
  layersOf,
  publishedDraws,
  readData,
  runOptions,
  tell,
  withEncoder,
} from "../experiment.js";
import { print, printJson } from "../print.js";

/** What the command line gives `curve`. */
export interface CurveCommandOptions extends ExperimentOptions {
  methods?: CurveMethod[];
  sizes?: Shots[];
  independent?: boolean;
  adapt: number | "all";
}

/** `headstart curve`. @throws the errors of reading, of the run folder, and CellsFailedError */
export async function curve(path: string, options: CurveCommandOptions): Promise<void> {
  const data = await readData(path, "curve", options);
  await withEncoder(options, async (setup) => {
    const splits = await publishedDraws(options, data.labels, data.labelNames.length);
    const told = curveOptions(setup.encoder, splits?.draws, options);
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
    const { methods, sizes, ...decisive } = told; // methods, and sizes of nested draws, can be added
    const given = {
      ...decisive,
      sizes: told.nested ? undefined : sizes,
      splits: splits?.fingerprint,
      draws: decidedByDraws(told.draws, false, options),
      encoder: setup.encoder.fingerprint,
    };
    const run = runOptions("curve", data.name, data.fingerprints, given, options);
    const outcome = await runCurve(data, setup, told, { ...run, cost: ({ id }) => costs.get(id)! });
    const page = async (...[result, provenance]: Parameters<typeof import("../../report/curve-page.js").renderCurve>) =>
      (await import("../../report/curve-page.js")).renderCurve(result, provenance);
    await tell({ ...outcome, cells: plan.cells.length }, { text: curveText, page }, run, options);
  });
}

function curveOptions(
  encoder: Encoder,
  splits: CurveOptions["splits"],
  { methods, draws, seed, sizes, adapt, independent }: CurveCommandOptions,
): CurveOptions {
  return {
    methods: methods ?? curveMethods,
    sizes,
    splits,
    draws,
    nested: !independent,
    seed,
    adaptation: { depth: layersOf(adapt, encoder) },
  };
}
