import { rowsOf, type Targets } from "../head/linear.js";
import type { Random } from "../random.js";

/**
 * An endless stream of batches in which the classes are as even as can be: it goes through the classes in a random order,
 * takes the next text of each (two where a batch does not hold two of every class, so that each has a partner), and
 * goes through all texts of a class before one comes again. A text of several labels counts for each of them.
 */
export class BalancedBatches {
  readonly #queues: number[][];
  readonly #rows: number[][];
  readonly #distinct: number;
  #classes: number[] = [];

  /** @param rows the texts to draw from, indices into the targets. */
  constructor(
    targets: Targets,
    rows: readonly number[],
    readonly random: Random,
  ) {
    const byClass = Array.from({ length: targets.classes }, (): number[] => []);
    for (const row of rows) for (const label of labelsOf(targets, row)) byClass[label].push(row);
    this.#rows = byClass.filter((members) => members.length > 0);
    this.#queues = this.#rows.map(() => []);
    this.#distinct = new Set(this.#rows.flat()).size;
  }

  /** @returns `size` distinct texts, or all there are. */
  next(size: number): number[] {
    const wanted = Math.min(size, this.#distinct);
    const together = size < 2 * this.#rows.length ? 2 : 1;
    const batch = new Set<number>();
    while (batch.size < wanted) {
      if (this.#classes.length === 0) this.#classes = this.random.shuffle([...this.#rows.keys()]);
      const label = this.#classes.pop()!;
      for (let i = 0; i < together && batch.size < wanted; i++) batch.add(this.#nextOf(label, batch));
    }
    return [...batch];
  }

  /** A text that the batch holds already, which may come when a queue begins anew, waits for the end of the queue. */
  #nextOf(label: number, batch: ReadonlySet<number>): number {
    if (this.#queues[label].length === 0) this.#queues[label] = this.random.shuffle([...this.#rows[label]]);
    const queue = this.#queues[label];
    for (let tries = queue.length; tries > 1 && batch.has(queue[queue.length - 1]); tries--)
      queue.unshift(queue.pop()!);
    return queue.pop()!;
  }
}

function labelsOf(targets: Targets, row: number): number[] {
  if (targets.kind === "single-label") return [targets.labels[row]];
  const labels = targets.labels.subarray(row * targets.classes, (row + 1) * targets.classes);
  return [...labels.keys()].filter((label) => labels[label] === 1);
}

/** Rows with at least one label, which is what a loss over pairs can learn from. */
export function labelledRows(targets: Targets): number[] {
  return Array.from({ length: rowsOf(targets) }, (_, row) => row).filter((row) => labelsOf(targets, row).length > 0);
}
