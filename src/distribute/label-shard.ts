import { Writable } from "node:stream";
import type { TextClassifier } from "../classifier/classifier.js";
import { predictWindow } from "../classifier/predict-stream.js";
import { rowValues } from "../classifier/row-values.js";
import { writtenRecords, writtenShape } from "../data/as-json.js";
import { textReader } from "../data/cells.js";
import { TableWriter } from "../data/write.js";
import { type Shard, unpackShard } from "./shard.js";

/** The bytes that `predict` would write for the rows of a shard; the first one has the header. @throws DuplicateColumnError */
export async function labelShard(model: TextClassifier, shard: Shard): Promise<Buffer> {
  const { table, textColumn, options } = shard.run;
  const records = await unpackShard(shard);
  const shape = writtenShape(table, options.json ?? false);
  const values = rowValues(model, { ...options, asNumbers: shape.format === "jsonl" });
  const texts = records.map(textReader(table, textColumn));
  const predicted = await predictWindow(model, records, texts, values);
  const chunks: Buffer[] = [];
  const output = new Writable({
    write: (chunk, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  const writer = new TableWriter(output, shape, values.columns, { header: shard.number === 0 });
  await writer.write(writtenRecords(records, table, shape), predicted.values);
  return Buffer.concat(chunks);
}
