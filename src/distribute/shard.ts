import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Format } from "../data/format.js";
import type { TableRecord } from "../data/record.js";
import { ShardTooLargeError } from "./errors.js";
import type { Run } from "./run.js";

/** Of one message, packed: Redis keeps it in memory, and a string of JavaScript ends at 512 MB. */
const MAX_PACKED_BYTES = 128e6;

/** A stretch of the input as it lies in the queue. It carries its rows, so that workers need not have the input. */
export interface Shard {
  run: Run;
  /** Where its labelled rows are to be put, as the host that split the input sees it. */
  store: string;
  /** From 0 on, in the order of the input. */
  number: number;
  file: string;
  rows: number;
  /** The rows, JSON, gzipped, in base64. */
  packed: string;
}

/** @param first how many rows of the input come before. @throws ShardTooLargeError */
export async function packShard(
  run: Run,
  number: number,
  records: readonly TableRecord[],
  first: number,
  limitBytes = MAX_PACKED_BYTES,
): Promise<Omit<Shard, "store">> {
  const rows = JSON.stringify(
    records.map(({ line, values, raw }) => (raw === undefined ? [line, values] : [line, raw])),
  );
  const packed = await promisify(gzip)(rows);
  if (packed.length > limitBytes) {
    throw new ShardTooLargeError([first + 1, first + records.length], packed.length, limitBytes);
  }
  const file = shardFile(number, rows, run);
  return { run, number, file, rows: records.length, packed: packed.toString("base64") };
}

/** The rows of a shard as the table gave them. */
export async function unpackShard({ packed }: Pick<Shard, "packed">): Promise<TableRecord[]> {
  const rows = JSON.parse((await promisify(gunzip)(Buffer.from(packed, "base64"))).toString());
  return rows.map(([line, found]: [number, string | unknown[]]) =>
    typeof found === "string" ? { line, values: [], raw: found, object: JSON.parse(found) } : { line, values: found },
  );
}

/** The number and a hash of the rows: the same rows have the same name whoever splits them, and other rows have another. */
function shardFile(number: number, rows: string, run: Run): string {
  const hash = createHash("sha256").update(rows).digest("hex").slice(0, 16);
  const extensions: Record<Format, string> = { csv: "csv", tsv: "tsv", jsonl: "jsonl", text: "tsv" };
  const extension = run.options.json ? "jsonl" : extensions[run.table.format];
  return `shard-${String(number).padStart(9, "0")}-${hash}.${extension}`;
}
