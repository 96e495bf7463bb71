import type { Encoder } from "../../encoder/encoder.js";
import { type CurveOptions, curveCosts, planCurve, runCurve } from "../../experiments/curve.js";
import { type CurveMethod, curveMethods } from "../../experiments/curve-methods.js";
import type { Shots } from "../../experiments/draws.js";
import type { ExperimentData } from "../../experiments/examples.js";
import { cellPlanText } from "../../report/cell-plan-text.js";
import { curveText } from "../../report/curve-text.js";
import {
  type ExperimentOptions,
  layersOf,
  publishedDraws,
  readData,
  runOptions,
  splitsFingerprint,
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
    const told = await curveOptions(data, setup.encoder, options);
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
    const given = {
      ...decisive,
      splits: splitsFingerprint(splits),
      draws: options.draws,
      encoder: setup.encoder.fingerprint,
    };
    const run = runOptions("curve", data.name, data.fingerprints, given, options);
    const outcome = await runCurve(data, setup, told, { ...run, cost: ({ id }) => costs.get(id)! });
    const page = async (...[result, provenance]: Parameters<typeof import("../../report/curve-page.js").renderCurve>) =>
      (await import("../../report/curve-page.js")).renderCurve(result, provenance);
    await tell({ ...outcome, cells: plan.cells.length }, { text: curveText, page }, run, options);
  });
}

async function curveOptions(
  data: ExperimentData,
  encoder: Encoder,
  options: CurveCommandOptions,
): Promise<CurveOptions> {
  const { draws, seed, sizes, adapt } = options;
  return {
    methods: options.methods ?? curveMethods,
    sizes,
    splits: await publishedDraws(options, data.labels, data.labelNames.length),
    draws,
    nested: !options.independent,
    seed,
    adaptation: { depth: layersOf(adapt, encoder) },
  };
}
