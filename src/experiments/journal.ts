import { existsSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { OutputError } from "../errors.js";

/** One finished cell. */
export type CellLine<R> =
  | { id: string; status: "done"; seconds: number; result: R }
  | { id: string; status: "failed"; seconds: number; error: string };

/** The finished cells of a run, a line of JSON each, on the disk when `append` returns. Several processes may append. */
export class Journal<R> {
  constructor(readonly path: string) {}

  /** Lines in the order of their writing; one that a kill cut short, or that is no finished cell, is left out. */
  async read(): Promise<CellLine<R>[]> {
    if (!existsSync(this.path)) return [];
    return (await readFile(this.path, "utf8")).split("\n").flatMap((line) => {
      try {
        const value = JSON.parse(line);
        return isCellLine<R>(value) ? [value] : [];
      } catch {
        return [];
      }
    });
  }

  /** @throws OutputError */
  async append(line: CellLine<R>): Promise<void> {
    try {
      const file = await open(this.path, "a+");
      try {
        await file.appendFile(`${(await endsWithinLine(file)) ? "\n" : ""}${JSON.stringify(line)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      throw new OutputError(this.path, error);
    }
  }
}

function isCellLine<R>(value: unknown): value is CellLine<R> {
  const { id, status, seconds, result, error } = (value ?? {}) as Record<string, unknown>;
  if (typeof id !== "string" || typeof seconds !== "number") return false;
  return status === "done" ? result !== undefined && result !== null : typeof error === "string";
}

/** Whether an earlier append was cut short. */
async function endsWithinLine(file: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
