import { JsonNotObjectError, JsonSyntaxError } from "./errors.js";
import { jsonErrorAt } from "./json-error.js";
import { lineBatches } from "./lines.js";
import type { TableRecord } from "./record.js";

/**
 * The objects of a JSON Lines file; blank lines are passed over. `values` is left empty: the table knows the columns.
 *
 * @throws {JsonSyntaxError} with line and column
 * @throws {JsonNotObjectError}
 */
export async function* jsonRecords(chunks: AsyncGenerator<Buffer>, name: string): AsyncGenerator<TableRecord[]> {
  let line = 0;
  for await (const lines of lineBatches(chunks, name)) {
    const records: TableRecord[] = [];
    let failure: unknown;
    for (const raw of lines) {
      line++;
      if (raw.trim() === "") continue;
      try {
        records.push({ line, values: [], object: parseObject(raw, name, line), raw });
      } catch (error) {
        failure = error;
        break;
      }
    }
    if (records.length > 0) yield records;
    if (failure) throw failure;
  }
}

function parseObject(raw: string, name: string, line: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    const at = jsonErrorAt(raw);
    throw new JsonSyntaxError(name, line, at + 1, raw.slice(at, at + 1));
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new JsonNotObjectError(name, line, value);
  }
  return value as Record<string, unknown>;
}
