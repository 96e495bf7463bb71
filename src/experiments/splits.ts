import { readFile } from "node:fs/promises";
import { FileMissingError } from "../data/errors.js";
import type { Draw } from "./draws.js";
import { SplitsFileError } from "./errors.js";

/**
 * Reads published lists of training rows: an object of arrays of row numbers from 0, one array a draw. Shots are the rows
 * over the classes, rounded.
 * @param labels [N], of the file that the numbers are of. @param most lists that are taken, the first ones
 * @throws FileMissingError, SplitsFileError
 */
export async function readSplits(
  path: string,
  labels: Int32Array,
  classes: number,
  most = Number.POSITIVE_INFINITY,
): Promise<Draw[]> {
  const lists = Object.entries(await readLists(path)).slice(0, most);
  if (lists.length === 0) throw new SplitsFileError(path, "holds no list of rows");
  return lists.map(([name, list], draw) => {
    requireRows(path, list, labels.length);
    if (new Set(list.map((row) => labels[row])).size < 2) {
      const found = list.length === 0 ? "no row" : "rows of one class alone";
      throw new SplitsFileError(path, `found ${found} in list ${JSON.stringify(name)}, nothing to learn from`);
    }
    return { shots: Math.max(1, Math.round(list.length / classes)), draw, rows: list };
  });
}

/** Reads the numbers of test rows: an array, or the first array of an object. @throws FileMissingError, SplitsFileError */
export async function readRowList(path: string, rows: number): Promise<number[]> {
  const lists = await readLists(path);
  const list = Array.isArray(lists) ? (lists as unknown as number[]) : Object.values(lists)[0];
  if (!list) throw new SplitsFileError(path, "holds no list of rows");
  requireRows(path, list, rows);
  return list;
}

async function readLists(path: string): Promise<Record<string, number[]>> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new FileMissingError(path);
  });
  try {
    const lists = JSON.parse(text);
    if (typeof lists === "object" && lists !== null) return lists;
  } catch {
    // said below
  }
  throw new SplitsFileError(path, "is not JSON of an object");
}

function requireRows(path: string, list: unknown, rows: number): void {
  if (!Array.isArray(list))
    throw new SplitsFileError(path, `found ${JSON.stringify(list)?.slice(0, 40)} in place of an array`);
  const stray = list.find((row) => !Number.isInteger(row) || row < 0 || row >= rows);
  if (stray !== undefined) {
    throw new SplitsFileError(path, `found row ${JSON.stringify(stray)}, the data have rows 0 to ${rows - 1}`);
  }
  const seen = new Set<number>();
  const again = list.find((row) => seen.size === seen.add(row).size);
  if (again !== undefined) throw new SplitsFileError(path, `found row ${again} twice in one list`);
}
