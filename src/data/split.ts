import type { Random } from "../random.js";

/**
 * A fold for each row, [N] in 0 … folds − 1, with every class spread evenly: without groups, per class and in all, folds differ by at most one row.
 *
 * @param y classes [N]; -1 counts as a class of its own
 * @param groups [N], rows with an equal number stay in one fold. Large groups are placed first, each where its classes are rarest.
 */
export function stratifiedFolds(y: Int32Array, folds: number, random: Random, groups?: Int32Array): Int32Array {
  const atoms = random.shuffle(atomsOf(y.length, groups));
  atoms.sort((a, b) => b.length - a.length || y[a[0]] - y[b[0]]);
  const classes = y.reduce((max, label) => Math.max(max, label), -1) + 2;
  const totals = new Int32Array(classes);
  for (const label of y) totals[label + 1]++;
  const counts = new Int32Array(folds * classes); // [folds, classes]
  const sizes = new Int32Array(folds);
  const assigned = new Int32Array(y.length);
  for (const atom of atoms) {
    const fullness = (fold: number) => {
      let sum = 0;
      for (const row of atom) sum += counts[fold * classes + y[row] + 1] / totals[y[row] + 1];
      return sum;
    };
    const fold = emptiest(folds, fullness, sizes);
    for (const row of atom) {
      assigned[row] = fold;
      counts[fold * classes + y[row] + 1]++;
    }
    sizes[fold] += atom.length;
  }
  return assigned;
}

function emptiest(folds: number, fullness: (fold: number) => number, sizes: Int32Array): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let fold = 0; fold < folds; fold++) {
    const full = fullness(fold);
    if (full < least || (full === least && sizes[fold] < sizes[best])) {
      best = fold;
      least = full;
    }
  }
  return best;
}

/** The rows of each group; each row alone without groups. */
function atomsOf(rows: number, groups: Int32Array | undefined): number[][] {
  if (!groups) return Array.from({ length: rows }, (_, row) => [row]);
  const atoms = new Map<number, number[]>();
  for (const [row, group] of groups.entries()) {
    const atom = atoms.get(group);
    if (atom) atom.push(row);
    else atoms.set(group, [row]);
  }
  return [...atoms.values()];
}

/**
 * A fold for each row, [N] in 0 … folds − 1, with every label spread evenly: iterative stratification, which deals the rows of the
 * label with the fewest rows left, each to the fold that lacks this label most (Sechidis, Tsoumakas and Vlahavas 2011, Algorithm 1).
 *
 * @param labels [N, K], 1 where the row has the label
 * @param groups [N], rows with an equal number stay in one fold: they are dealt as one
 */
export function stratifiedFoldsMultiLabel(
  labels: Uint8Array,
  classes: number,
  folds: number,
  random: Random,
  groups?: Int32Array,
): Int32Array {
  const rows = classes === 0 ? (groups?.length ?? 0) : labels.length / classes;
  const atoms = random
    .shuffle(atomsOf(rows, groups))
    .map((members) => ({ members, counts: sumOf(members, labels, classes) }));
  const left = new Int32Array(classes);
  const holders: number[][] = Array.from({ length: classes }, () => []);
  for (const [at, { counts }] of atoms.entries()) {
    for (const [label, count] of counts) {
      left[label] += count;
      holders[label].push(at);
    }
  }
  const wanted = Array.from({ length: folds }, () => Float64Array.from(left, (count) => count / folds)); // [folds, K]
  const room = new Float64Array(folds).fill(rows / folds);
  const assigned = new Int32Array(rows).fill(-1);
  const deal = (at: number, label: number) => {
    const { members, counts } = atoms[at];
    const fold = neediest(wanted, room, label, random);
    for (const row of members) assigned[row] = fold;
    for (const [held, count] of counts) {
      left[held] -= count;
      wanted[fold][held] -= count;
    }
    room[fold] -= members.length;
  };
  for (let label = rarest(left); label !== -1; label = rarest(left)) {
    for (const at of holders[label]) if (assigned[atoms[at].members[0]] === -1) deal(at, label);
  }
  for (const [at, { members }] of atoms.entries()) if (assigned[members[0]] === -1) deal(at, -1);
  return assigned;
}

/** How many rows have each label, for the labels that occur. */
function sumOf(members: readonly number[], labels: Uint8Array, classes: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of members) {
    for (let label = 0; label < classes; label++) {
      if (labels[row * classes + label]) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  return counts;
}

function rarest(left: Int32Array): number {
  let best = -1;
  for (const [label, count] of left.entries()) if (count > 0 && (best === -1 || count < left[best])) best = label;
  return best;
}

/** The fold that lacks the label most; of several the one with most room; of several a random one. Label -1: room alone. */
function neediest(wanted: readonly Float64Array[], room: Float64Array, label: number, random: Random): number {
  const need = (fold: number) => (label === -1 ? room[fold] : wanted[fold][label]);
  let best: number[] = [];
  for (let fold = 0; fold < room.length; fold++) {
    const ahead = best.length === 0 ? 1 : need(fold) - need(best[0]) || room[fold] - room[best[0]];
    if (ahead > 0) best = [fold];
    else if (ahead === 0) best.push(fold);
  }
  return best[best.length > 1 ? random.integer(best.length) : 0];
}
