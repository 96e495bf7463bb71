import { type LbfgsOptions, lbfgs, type Minimum } from "./lbfgs.js";
import type { Objective, Problem } from "./objective.js";
import { applyPreconditioner } from "./precondition.js";

/** A problem and where its minimisation begins, [F + 1, K]. */
export interface Start {
  problem: Problem;
  point: Float64Array;
}

/** The event loop gets a turn this often, so that signals and messages are not kept waiting by a long fit. */
const MS_BETWEEN_TURNS = 100;
/** Probabilities [N, M, K] of one batch stay below this many numbers (16 MB). */
const MAX_BATCH = 4_000_000;

/**
 * Minimises many problems of one objective side by side: each has its own L-BFGS, and what they want evaluated in a round
 * is one batch of tensor operations. A batch sheds finished problems when they are a quarter of it.
 */
export async function solve(
  objective: Objective,
  starts: readonly Start[],
  options: Pick<LbfgsOptions, "tolerance" | "maxIterations">,
): Promise<Minimum[]> {
  const { rows, spectrum } = objective.design;
  const precondition: LbfgsOptions["precondition"] = (vector, curvature, result) =>
    applyPreconditioner(spectrum, vector, curvature, result);
  const size = Math.max(1, Math.floor(MAX_BATCH / (rows * objective.classes)));
  const minima: Minimum[] = [];
  for (let at = 0; at < starts.length; at += size) {
    minima.push(...(await solveBatch(objective, starts.slice(at, at + size), { ...options, precondition })));
  }
  return minima;
}

async function solveBatch(objective: Objective, starts: readonly Start[], options: LbfgsOptions): Promise<Minimum[]> {
  const minima: Minimum[] = [];
  let runs = starts.map(({ problem, point }, index) => {
    const search = lbfgs(point, options);
    search.next(); // asks for `point`
    return { index, problem, search, wanted: point, done: false };
  });
  let running = runs.length;
  let turnMs = performance.now();
  while (running > 0) {
    if (performance.now() - turnMs > MS_BETWEEN_TURNS) {
      await new Promise(setImmediate);
      turnMs = performance.now();
    }
    const evaluations = objective.evaluate(
      runs.map(({ problem }) => problem),
      runs.map(({ wanted }) => wanted),
    );
    for (const [m, run] of runs.entries()) {
      if (run.done) continue;
      const next = run.search.next(evaluations[m]);
      if (next.done) {
        minima[run.index] = next.value;
        run.done = true;
        running--;
      } else run.wanted = next.value;
    }
    if (running <= 0.75 * runs.length) runs = runs.filter(({ done }) => !done);
  }
  return minima;
}
