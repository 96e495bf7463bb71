import type { TextClassifier } from "../classifier/classifier.js";
import { ShardModelError, StoreUnknownError } from "./errors.js";
import { labelShard } from "./label-shard.js";
import { isOf } from "./run.js";
import type { Shard } from "./shard.js";
import type { ShardStore } from "./store.js";

/**
 * Labels a shard and puts it in its store; one that is there is left alone, so that a shard which was given out twice costs nothing and
 * stands there once.
 *
 * @param fingerprint of the model. @throws ShardModelError, StoreUnknownError, DuplicateColumnError, OutputError
 */
export async function completeShard(
  model: TextClassifier,
  fingerprint: string,
  store: ShardStore,
  shard: Shard,
): Promise<void> {
  if (shard.run.model !== fingerprint) throw new ShardModelError(shard.run.model, fingerprint);
  if (!(await isOf(store, shard.run))) throw new StoreUnknownError(store.name, shard.store);
  if (await store.has(shard.file)) return;
  await store.write(shard.file, await labelShard(model, shard));
}
