import { rowsOf, type Targets } from "../head/linear.js";

/** Parts that answers are dealt to. */
export const FOLDS = 5;

/**
 * Folds that answers are dealt to once and for good, so that a head which starts from what it came to before has never seen the rows that it is
 * asked about. Each new answer goes where its rarest label is rarest, of equal folds to the smallest.
 */
export class StandingFolds {
  readonly #of = new Map<number, number>();

  /**
   * @param rows [N], numbers that a row keeps. @param targets of the same rows
   * @returns [N], 0 … FOLDS − 1
   */
  deal(rows: readonly number[], targets: Targets): Int32Array {
    const labels = Array.from({ length: rowsOf(targets) }, (_, at) => labelsOf(targets, at));
    const total = new Int32Array(targets.classes);
    for (const own of labels) for (const k of own) total[k]++;
    const counts = Array.from({ length: FOLDS }, () => new Int32Array(targets.classes));
    const sizes = new Int32Array(FOLDS);
    const put = (at: number, fold: number) => {
      sizes[fold]++;
      for (const k of labels[at]) counts[fold][k]++;
      return fold;
    };
    const folds = Int32Array.from(rows, (row, at) => {
      const known = this.#of.get(row);
      return known === undefined ? -1 : put(at, known);
    });
    for (const [at, row] of rows.entries()) {
      if (folds[at] !== -1) continue;
      const rarest = labels[at].reduce((a, b) => (total[b] < total[a] ? b : a), labels[at][0]);
      const fullness = (fold: number) => (rarest === undefined ? 0 : counts[fold][rarest]);
      const order = [...counts.keys()].sort((a, b) => fullness(a) - fullness(b) || sizes[a] - sizes[b]);
      folds[at] = put(at, order[0]);
      this.#of.set(row, folds[at]);
    }
    return folds;
  }
}

function labelsOf(targets: Targets, at: number): number[] {
  const { classes, labels } = targets;
  if (targets.kind === "single-label") return [labels[at]];
  return [...Array(classes).keys()].filter((k) => labels[at * classes + k] === 1);
}
