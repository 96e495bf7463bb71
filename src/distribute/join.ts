import { ShardsMissingError } from "./errors.js";
import { readRun, readSplit } from "./run.js";
import type { ShardStore } from "./store.js";

/** Read before their turn: each is a request where they lie in an object store. */
const shardsAhead = 8;

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
    const coming: Promise<Buffer | undefined>[] = [];
    for (const [at, { file }] of split.entries()) {
      while (coming.length < shardsAhead && at + coming.length < split.length) {
        const next = store.read(split[at + coming.length].file);
        next.catch(() => {}); // heard below, in its turn
        coming.push(next);
      }
      const shard = await coming.shift();
      if (!shard) throw new ShardsMissingError(store.name, [file], split.length);
      yield shard;
    }
  };
  return { shards: split.length, rows: split.reduce((sum, { rows }) => sum + rows, 0), bytes: bytes() };
}
