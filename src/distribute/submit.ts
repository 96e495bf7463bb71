import { windowsOf } from "../classifier/predict-stream.js";
import { textReader } from "../data/cells.js";
import type { Table } from "../data/table.js";
import type { ShardQueue } from "./queue.js";
import { claim, type ListedShard, type Run, writeSplit } from "./run.js";
import { packShard } from "./shard.js";
import type { ShardStore } from "./store.js";

const MS_BETWEEN_LOOKS = 250;

/** What became of an input. */
export interface Submitted {
  shards: number;
  rows: number;
  /** Shards that were labelled before. */
  done: number;
}

export interface SubmitOptions {
  /** Shards that may wait at a time; splitting waits for workers meanwhile, so that Redis holds no more than these. */
  ahead: number;
  onShard?(soFar: Submitted): void;
}

/**
 * Splits a table into shards of one window each and queues those that are not labelled yet. Splitting the same input again gives the
 * same shards, so that a killed or repeated call goes on where it has to.
 *
 * @throws OtherRunError, OutputError, ShardTooLargeError and the errors of reading the table
 */
export async function submit(
  table: Table,
  run: Run,
  store: ShardStore,
  queue: ShardQueue,
  options: SubmitOptions,
): Promise<Submitted> {
  await claim(store, run);
  const labelled = await store.list();
  const textOf = textReader(table, run.textColumn);
  const shards: ListedShard[] = [];
  const soFar: Submitted = { shards: 0, rows: 0, done: 0 };
  for await (const records of windowsOf(table)) {
    for (const record of records) textOf(record); // a row without a text stops the run before workers see it
    const shard = await packShard(run, soFar.shards, records, soFar.rows);
    if (labelled.has(shard.file)) soFar.done++;
    else {
      await roomFor(queue, options.ahead);
      await queue.add({ ...shard, store: store.address });
    }
    soFar.shards++;
    soFar.rows += shard.rows;
    shards.push({ file: shard.file, rows: shard.rows });
    options.onShard?.(soFar);
  }
  await writeSplit(store, shards);
  return soFar;
}

async function roomFor(queue: ShardQueue, ahead: number): Promise<void> {
  while ((await queue.counts()).waiting >= ahead) {
    await new Promise((resolve) => setTimeout(resolve, MS_BETWEEN_LOOKS));
  }
}
