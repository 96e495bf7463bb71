import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach } from "vitest";
import type { Format } from "../../src/data/format.js";
import type { TableRecord } from "../../src/data/record.js";
import { openTable } from "../../src/data/table.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "headstart-data-"));
  folders.push(folder);
  return folder;
}

/** A new file that is removed after the test. */
export function fileWith(name: string, content: string | Buffer): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** Standard input that delivers the content in the given chunks. */
export function stdinOf(...chunks: (string | Buffer)[]): Readable {
  return Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)).filter((chunk) => chunk.length > 0),
    { objectMode: true },
  );
}

/** All rows of a table that is given as text. */
export async function rowsOf(content: string | Buffer, format: Format): Promise<TableRecord[]> {
  const table = await openTable("-", { format, stdin: stdinOf(content) });
  return collect(table.records());
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** What a function throws, at once or by a promise. */
export async function failureOf(run: () => unknown): Promise<Error & { code?: string }> {
  try {
    await run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
}
