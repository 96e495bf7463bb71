import { windowSize } from "../encoder/text-runner.js";
import type { FailedShard, QueueCounts, ShardQueue } from "./queue.js";
import { findSplit, readRun } from "./run.js";
import type { ShardStore } from "./store.js";

/** How far a run has come. */
export interface RunStatus {
  input: string;
  shards: { done: number /** Undefined while the input is being split. */; total?: number };
  rows: { done: number; total?: number };
  /** Of the model's queue, where it was asked; other runs with the same model count as well. */
  queue?: QueueCounts;
  failed: FailedShard[];
}

/** @throws RunNotFoundError */
export async function statusOf(store: ShardStore, queue?: ShardQueue): Promise<RunStatus> {
  const run = await readRun(store);
  const files = await store.list();
  const split = await findSplit(store);
  const done = split?.filter(({ file }) => files.has(file));
  const doneFiles = done?.length ?? [...files].filter((name) => name.startsWith("shard-")).length;
  const rowsOf = (shards: readonly { rows: number }[]) => shards.reduce((sum, { rows }) => sum + rows, 0);
  return {
    input: run.input.name,
    shards: { done: doneFiles, total: split?.length },
    rows: { done: done ? rowsOf(done) : doneFiles * windowSize, total: split && rowsOf(split) },
    queue: await queue?.counts(),
    failed: (await queue?.failed(run)) ?? [],
  };
}
