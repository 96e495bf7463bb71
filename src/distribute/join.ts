import { ShardsMissingError } from "./errors.js";
import { readRun, readSplit } from "./run.js";
import type { ShardStore } from "./store.js";

/** The labelled rows of a run. */
export interface JoinedRun {
  shards: number;
  rows: number;
  /** The shards' bytes in the order of the input: what `predict` would have written. */
  bytes: AsyncIterable<Buffer>;
}

/** @throws RunNotFoundError, UnfinishedSplitError, ShardsMissingError */
export async function joinRun(store: ShardStore): Promise<JoinedRun> {
  await readRun(store);
  const split = await readSplit(store);
  const files = await store.list();
  const missing = split.filter(({ file }) => !files.has(file)).map(({ file }) => file);
  if (missing.length > 0) throw new ShardsMissingError(store.name, missing, split.length);
  const bytes = async function* () {
    for (const { file } of split) {
      const shard = await store.read(file);
      if (!shard) throw new ShardsMissingError(store.name, [file], split.length);
      yield shard;
    }
  };
  return { shards: split.length, rows: split.reduce((sum, { rows }) => sum + rows, 0), bytes: bytes() };
}
