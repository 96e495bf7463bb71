import type { Dataset } from "./dataset.js";

/** The names of the classes; a class's id is its place. */
export interface LabelSet {
  /** [K] */
  readonly names: readonly string[];
  /** -1 where there is no such class. */
  idOf(name: string): number;
}

/** The classes of a dataset: by number where all names are integers, else by code point, so that ids never depend on the order of rows. */
export function labelSetOf(dataset: Pick<Dataset, "labels">): LabelSet {
  return labelSetFrom(sortedLabels(new Set(dataset.labels.flat())));
}

/** A label set with the given names in the given order, such as those of a saved model. */
export function labelSetFrom(names: readonly string[]): LabelSet {
  const ids = new Map(names.map((name, id) => [name, id]));
  return { names, idOf: (name) => ids.get(name) ?? -1 };
}

function sortedLabels(names: Iterable<string>): string[] {
  const list = [...names];
  const isNumeric = list.every((name) => /^-?\d+$/.test(name));
  return list.sort((a, b) => (isNumeric && Number(a) - Number(b)) || compareCodePoints(a, b));
}

/** Orders by Unicode code point; `<` on strings compares UTF-16 units, which puts emoji before some letters. */
export function compareCodePoints(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === a.length || i === b.length) return a.length - b.length;
  const isInsidePair = i > 0 && isHigh(a.charCodeAt(i - 1)) && isLow(a.charCodeAt(i)) && isLow(b.charCodeAt(i));
  if (isInsidePair) i--;
  return a.codePointAt(i)! - b.codePointAt(i)!;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** The class of each row, [N]; -1 where the set lacks it. For datasets with one label a row. */
export function encodeLabels(dataset: Pick<Dataset, "labels">, labelSet: LabelSet): Int32Array {
  return Int32Array.from(dataset.labels, ([label]) => labelSet.idOf(label));
}

/** Row-major [N, K]: 1 where the row has the label. Labels that the set lacks are left out. */
export function encodeMultiLabels(dataset: Pick<Dataset, "labels">, labelSet: LabelSet): Uint8Array {
  const classes = labelSet.names.length;
  const encoded = new Uint8Array(dataset.labels.length * classes);
  for (const [row, labels] of dataset.labels.entries()) {
    for (const label of labels) {
      const id = labelSet.idOf(label);
      if (id !== -1) encoded[row * classes + id] = 1;
    }
  }
  return encoded;
}

/** How many rows each label has, in order of first occurrence. */
export function labelCounts(dataset: Pick<Dataset, "labels">): Map<string, number> {
  const counts = new Map<string, number>();
  for (const labels of dataset.labels) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
