import { type Features, rowsOf, type Targets } from "../head/linear.js";
import { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type SelectOptions, selectHead } from "./select.js";

/** From so many rows a label on, names change nothing that could be measured: docs/decisions/0012. */
const rowsThatSayAll = 100;

/** Whether rows are so few that what their labels are called may tell more. */
export function namesMayTell(targets: Targets): boolean {
  return rowsOf(targets) < rowsThatSayAll * targets.classes;
}

/**
 * The best candidate's log loss on rows held out in turn, learnt from texts alone and from the labels' names as well, on the same folds.
 * @param sets [N, F] by name. @param names [K, F], the same of the names.
 */
export async function lossWithAndWithout(
  tensorflow: Tensorflow,
  sets: Record<string, Features>,
  targets: Targets,
  names: Record<string, Features>,
  options: Omit<SelectOptions, "random" | "names"> & { seed: number },
): Promise<{ without: number; with: number }> {
  const lowest = async (given?: Record<string, Features>) => {
    const select = { ...options, names: given, random: new Random(options.seed) };
    const { scores } = await selectHead(tensorflow, sets, targets, select);
    return Math.min(...scores.map(({ meanLogLoss }) => meanLogLoss));
  };
  return { without: await lowest(), with: await lowest(names) };
}
