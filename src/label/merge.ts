import { kappa } from "./agreement.js";
import type { LabelPool } from "./pool.js";

/** A text that two people labelled differently. */
export interface Conflict {
  text: string;
  /** Labels by file, of those that have the text. */
  labels: { file: string; labels: readonly string[] }[];
}

/** What two people who labelled the same texts have in common. */
export interface Agreement {
  files: [string, string];
  /** Texts that both labelled. */
  shared: number;
  /** The share with the same label, or the same set of labels. */
  same: number;
  /** Cohen's kappa. */
  kappa: number;
}

/** Files of labels joined by their texts. */
export interface Merged {
  /** Where each row of the result comes from: a file and a row of it. */
  rows: { file: number; row: number }[];
  conflicts: Conflict[];
  /** Of each pair of files with texts in common. */
  agreements: Agreement[];
  /** Rows that say what an earlier one said. */
  repeated: number;
}

/**
 * Joins labelled files: each text once, those with different labels in none of the rows but in `conflicts`. Within a file the last of equal texts counts.
 *
 * @param pools in the order of the files; rows without a label are left out
 */
export function mergeLabels(pools: readonly LabelPool[]): Merged {
  const byText = pools.map((pool) => new Map([...pool.given.keys()].map((row) => [pool.texts[row], row])));
  const merged: Merged = { rows: [], conflicts: [], agreements: [], repeated: 0 };
  for (const text of new Set(byText.flatMap((rows) => [...rows.keys()]))) {
    const holders = pools.flatMap((pool, file) => {
      const row = byText[file].get(text);
      return row === undefined ? [] : [{ file, row, name: pool.shape.name, labels: pool.given.get(row)! }];
    });
    const kinds = new Set(holders.map(({ labels }) => keyOf(labels)));
    if (kinds.size > 1) {
      merged.conflicts.push({ text, labels: holders.map(({ name, labels }) => ({ file: name, labels })) });
      continue;
    }
    merged.rows.push({ file: holders[0].file, row: holders[0].row });
    merged.repeated += holders.length - 1;
  }
  for (let b = 1; b < pools.length; b++) {
    for (let a = 0; a < b; a++) {
      const agreement = agreementOf(pools[a], byText[a], pools[b], byText[b]);
      if (agreement.shared > 0) merged.agreements.push(agreement);
    }
  }
  return merged;
}

function agreementOf(a: LabelPool, rowsA: Map<string, number>, b: LabelPool, rowsB: Map<string, number>): Agreement {
  const shared = [...rowsA.keys()].filter((text) => rowsB.has(text));
  const keysA = shared.map((text) => keyOf(a.given.get(rowsA.get(text)!)!));
  const keysB = shared.map((text) => keyOf(b.given.get(rowsB.get(text)!)!));
  const same = keysA.filter((key, i) => key === keysB[i]).length;
  return {
    files: [a.shape.name, b.shape.name],
    shared: shared.length,
    same: shared.length === 0 ? 0 : same / shared.length,
    kappa: shared.length === 0 ? 0 : kappa(keysA, keysB),
  };
}

/** Several labels are the same in any order. */
function keyOf(labels: readonly string[]): string {
  return JSON.stringify([...labels].sort());
}
