import { createHash } from "node:crypto";
import type { RowOptions } from "../classifier/row-values.js";
import type { TableShape } from "../data/write.js";
import { OtherRunError, RunNotFoundError, UnfinishedSplitError } from "./errors.js";
import type { ShardStore } from "./store.js";

/** What all shards of a run have in common; it stands in `run.json` beside them, and every shard carries it. */
export interface Run {
  /** Fingerprint of the model and the version of Headstart. */
  model: string;
  input: { name: string; sizeBytes: number | null };
  options: Omit<RowOptions, "asNumbers"> & { json?: boolean };
  textColumn: string;
  table: Pick<TableShape, "name" | "format" | "delimiter" | "columns">;
}

/** One shard in the list that `split.jsonl` holds: its file, and how many rows it has. */
export interface ListedShard {
  file: string;
  rows: number;
}

const runFile = "run.json";
const splitFile = "split.jsonl";

/** A run's name in a queue. */
export function runId(run: Run): string {
  return createHash("sha256").update(JSON.stringify(run)).digest("hex").slice(0, 16);
}

/** Makes a place the run's own. @throws OtherRunError where it is another's; the errors of writing */
export async function claim(store: ShardStore, run: Run): Promise<void> {
  await store.write(runFile, Buffer.from(`${JSON.stringify(run, null, 2)}\n`));
  const earlier = await readRun(store); // of whoever was first
  const parts = ["model", "input", "options", "textColumn", "table"] as const;
  const names = { model: "model", input: "input", options: "options", textColumn: "text column", table: "columns" };
  const differences = parts.filter((part) => JSON.stringify(earlier[part]) !== JSON.stringify(run[part]));
  if (differences.length > 0)
    throw new OtherRunError(
      store.name,
      differences.map((part) => names[part]),
    );
}

/** Whether this is the place of the run: a folder of the same name on another host's disk is not. */
export async function isOf(store: ShardStore, run: Run): Promise<boolean> {
  const found = await store.read(runFile);
  return found !== undefined && runId(JSON.parse(found.toString())) === runId(run);
}

/** @throws RunNotFoundError */
export async function readRun(store: ShardStore): Promise<Run> {
  const found = await store.read(runFile);
  if (!found) throw new RunNotFoundError(store.name);
  return JSON.parse(found.toString());
}

/** Says that the input was split to its end, and into what. */
export function writeSplit(store: ShardStore, shards: readonly ListedShard[]): Promise<void> {
  const lines = shards.map((shard) => `${JSON.stringify(shard)}\n`).join("");
  return store.write(splitFile, Buffer.from(lines), { replace: true });
}

/** The shards of a run in the order of the input; undefined where it is not split to its end. */
export async function findSplit(store: ShardStore): Promise<ListedShard[] | undefined> {
  const found = await store.read(splitFile);
  return found
    ?.toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** @throws UnfinishedSplitError */
export async function readSplit(store: ShardStore): Promise<ListedShard[]> {
  const shards = await findSplit(store);
  if (!shards) throw new UnfinishedSplitError(store.name);
  return shards;
}
