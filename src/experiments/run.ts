import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { HeadstartError } from "../errors.js";
import { type Log, silentLog } from "../log.js";
import { Claims } from "./claims.js";
import { type CellLine, Journal } from "./journal.js";
import { type Cell, openRunFolder, type RunManifest } from "./run-folder.js";

/** All cells of an experiment, and how one is done. */
export interface CellPlan<C extends Cell, R> {
  cells: readonly C[];
  /** Expected seconds of a cell; only their proportions count, for the time left. */
  cost(cell: C): number;
  run(cell: C): Promise<R>;
}

export interface RunOptions {
  /** Where finished cells are kept; undefined: in memory alone. */
  folder?: string;
  manifest: RunManifest;
  log?: Log;
  /** A claim of which nothing was heard for so long is taken over. */
  staleMs?: number;
}

/** What became of the cells. */
export interface RunResults<C extends Cell, R> {
  /** In the order of the plan. */
  done: { cell: C; seconds: number; result: R }[];
  failed: FailedCell[];
}

/** A cell of this run that failed. */
export interface FailedCell {
  id: string;
  /** What a user can mend in a sentence; of a bug, its stack. */
  error: string;
  /** What was thrown, where it was no HeadstartError. */
  bug?: unknown;
}

const MS_BETWEEN_LOOKS = 1000;

/**
 * Runs the cells that are not done yet. Each finished cell is on the disk at once, so a run that was killed goes on with what is missing;
 * other processes may work on the same folder. A cell that fails is recorded, and tried again by the next run; the others are run all the same.
 * @throws RunDiffersError for a folder that was begun with other data or options
 */
export async function runCells<C extends Cell, R>(
  plan: CellPlan<C, R>,
  options: RunOptions,
): Promise<RunResults<C, R>> {
  const { folder, manifest, log = silentLog } = options;
  const store = folder === undefined ? inMemory<R>() : onDisk<R>(folder, options.staleMs);
  if (folder !== undefined) await openRunFolder(folder, manifest, plan.cells);
  const tried = new Set<string>();
  const bugs = new Map<string, unknown>();
  const total = plan.cells.reduce((sum, cell) => sum + plan.cost(cell), 0);
  const bar = log.progress(manifest.experiment, Math.max(1, Math.round(total)));
  try {
    for (;;) {
      const finished = await finishedCells(store.journal);
      const open = plan.cells.filter(({ id }) => !finished.done.has(id) && !tried.has(id));
      const spent = plan.cells.reduce((sum, cell) => sum + (finished.done.has(cell.id) ? plan.cost(cell) : 0), 0);
      bar.update(Math.round(spent), `${finished.done.size} of ${plan.cells.length} cells`);
      if (open.length === 0) return gather(plan.cells, finished, tried, bugs);
      const ran = await runFirstFree(plan, open, store, bugs);
      if (ran) tried.add(ran);
      else await wait(MS_BETWEEN_LOOKS); // the rest is with other processes
    }
  } finally {
    bar.stop();
  }
}

interface Store<R> {
  journal: Pick<Journal<R>, "read" | "append">;
  claims: Pick<Claims, "take">;
}

function onDisk<R>(folder: string, staleMs: number | undefined): Store<R> {
  return { journal: new Journal<R>(join(folder, "cells.jsonl")), claims: new Claims(folder, staleMs) };
}

function inMemory<R>(): Store<R> {
  const lines: CellLine<R>[] = [];
  return {
    journal: { read: async () => lines, append: async (line) => void lines.push(line) },
    claims: { take: async () => ({ release: async () => {} }) },
  };
}

/** @returns the cell's id; undefined where every open cell is claimed. */
async function runFirstFree<C extends Cell, R>(
  plan: CellPlan<C, R>,
  open: readonly C[],
  { journal, claims }: Store<R>,
  bugs: Map<string, unknown>,
): Promise<string | undefined> {
  for (const cell of open) {
    const claim = await claims.take(cell.id);
    if (!claim) continue;
    try {
      const { done } = await finishedCells(journal); // by the process that held the claim until now
      if (!done.has(cell.id)) await journal.append(await attempt(plan, cell, bugs));
      return cell.id;
    } finally {
      await claim.release();
    }
  }
  return undefined;
}

async function attempt<C extends Cell, R>(
  plan: CellPlan<C, R>,
  cell: C,
  bugs: Map<string, unknown>,
): Promise<CellLine<R>> {
  const startMs = performance.now();
  const seconds = () => Math.round(performance.now() - startMs) / 1000;
  try {
    const result = await plan.run(cell);
    return { id: cell.id, status: "done", seconds: seconds(), result };
  } catch (error) {
    const isExpected = error instanceof HeadstartError;
    if (!isExpected) bugs.set(cell.id, error);
    const said = error instanceof Error ? (!isExpected && error.stack) || error.message : String(error);
    return { id: cell.id, status: "failed", seconds: seconds(), error: said };
  }
}

type Finished<R> = {
  done: Map<string, Extract<CellLine<R>, { status: "done" }>>;
  failed: Map<string, string>;
};

async function finishedCells<R>(journal: Store<R>["journal"]): Promise<Finished<R>> {
  const finished: Finished<R> = { done: new Map(), failed: new Map() };
  for (const line of await journal.read()) {
    if (line.status === "failed") finished.failed.set(line.id, line.error);
    else if (!finished.done.has(line.id)) finished.done.set(line.id, line);
  }
  return finished;
}

function gather<C extends Cell, R>(
  cells: readonly C[],
  { done, failed }: Finished<R>,
  tried: ReadonlySet<string>,
  bugs: ReadonlyMap<string, unknown>,
): RunResults<C, R> {
  return {
    done: cells.flatMap((cell) => {
      const line = done.get(cell.id);
      return line ? [{ cell, seconds: line.seconds, result: line.result }] : [];
    }),
    failed: [...failed].flatMap(([id, error]) =>
      tried.has(id) && !done.has(id) ? [{ id, error, ...(bugs.has(id) && { bug: bugs.get(id) }) }] : [],
    ),
  };
}
