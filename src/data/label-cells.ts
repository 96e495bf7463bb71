import { EmptyLabelError, LabelTypeError, SeveralLabelsError } from "./errors.js";
import { quote } from "./wording.js";

/** How the cells of a label column are read. */
export interface LabelReading {
  multiLabel: boolean;
  /** `a|b` is two labels. */
  splitsPipes: boolean;
  /** What was detected, for the user to read. */
  note?: string;
}

/** The label cells of a file with what errors about them need. */
export interface LabelCells {
  cells: readonly unknown[];
  column: string;
  /** `file:line` or `example 3` of a row. */
  where(row: number): string;
}

/**
 * Whether rows have several labels. A list is several labels. `a|b` is, where a part occurs as a label by itself or in another
 * combination: a `|` in the middle of a single name has no such second life.
 *
 * @param multiLabel the user's own word on it
 */
export function labelReadingOf(cells: readonly unknown[], multiLabel?: boolean): LabelReading {
  if (multiLabel !== undefined) return { multiLabel, splitsPipes: multiLabel };
  const lists = cells.filter((cell) => listOf(cell) !== undefined);
  const splitsPipes = partsRecur(cells);
  if (lists.length === 0 && !splitsPipes) return { multiLabel: false, splitsPipes: false };
  if (!splitsPipes && lists.length === cells.length && lists.every((cell) => listOf(cell)!.length === 1)) {
    return {
      multiLabel: false,
      splitsPipes: false,
      note: "each list of labels holds one: single-label (--multi-label if a row can have several)",
    };
  }
  const example = lists[0] ?? cells.find((cell) => typeof cell === "string" && cell.includes("|"));
  const override = splitsPipes ? "--single-label if | is part of a name" : "--single-label if not";
  return {
    multiLabel: true,
    splitsPipes,
    note: `several labels a row (${quote(example, 40)}): multi-label (${override})`,
  };
}

function partsRecur(cells: readonly unknown[]): boolean {
  const distinct = new Set(cells.filter((cell): cell is string => typeof cell === "string"));
  const combinations = new Map<string, number>();
  const joined = [...distinct].filter((cell) => cell.includes("|"));
  if (joined.length === 0) return false;
  for (const cell of distinct) {
    for (const part of new Set(pipeParts(cell))) combinations.set(part, (combinations.get(part) ?? 0) + 1);
  }
  return joined.some(
    (cell) => pipeParts(cell).length > 1 && pipeParts(cell).some((part) => combinations.get(part)! > 1),
  );
}

function pipeParts(cell: string): string[] {
  return cell
    .split("|")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function listOf(cell: unknown): unknown[] | undefined {
  if (Array.isArray(cell)) return cell;
  if (typeof cell !== "string" || !/^\s*\[.*\]\s*$/s.test(cell)) return undefined;
  try {
    return JSON.parse(cell) as unknown[];
  } catch {
    return undefined;
  }
}

/**
 * The labels of each row; equal cells share one list.
 *
 * @throws {LabelTypeError | EmptyLabelError | SeveralLabelsError}
 */
export function readLabels({ cells, column, where }: LabelCells, reading: LabelReading): (readonly string[])[] {
  const shared = new Map<string, readonly string[]>();
  const labels = cells.map((cell, row) => {
    const key = typeof cell === "string" ? cell : undefined;
    const known = key === undefined ? undefined : shared.get(key);
    if (known) return known;
    const read = readCell(cell, reading, () => new LabelTypeError(where(row), column, cell));
    if (key !== undefined) shared.set(key, read);
    return read;
  });
  if (reading.multiLabel) return labels;
  const empty = labels.flatMap((row, at) => (row.length === 0 || row[0].trim() === "" ? [at] : []));
  if (empty.length > 0) throw new EmptyLabelError(where(empty[0]), column, empty.length);
  const several = labels.findIndex((row) => row.length > 1);
  if (several !== -1) throw new SeveralLabelsError(where(several), labels[several]);
  return labels;
}

function readCell(cell: unknown, reading: LabelReading, failure: () => Error): readonly string[] {
  if (!reading.multiLabel) {
    const list = Array.isArray(cell) ? cell : reading.note ? (listOf(cell) ?? [cell]) : [cell];
    return list.map((item) => scalar(item, failure));
  }
  const list = listOf(cell)?.map((item) => scalar(item, failure).trim());
  const parts = list ?? (reading.splitsPipes ? pipeParts(scalar(cell, failure)) : [scalar(cell, failure).trim()]);
  return [...new Set(parts.filter((part) => part !== ""))];
}

function scalar(value: unknown, failure: () => Error): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw failure();
}
