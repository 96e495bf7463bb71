import { Random } from "../random.js";

/** Labels a class of a draw; `all`: every row of the pool. */
export type Shots = number | "all";

/** How often and how rows are drawn. */
export interface DrawOptions {
  draws: number;
  seed: number;
  /** Nested: the rows for 4 a class are among those for 8 of the same draw. Independent: drawn anew. */
  nested: boolean;
}

/** One set of training rows. */
export interface Draw {
  shots: Shots;
  /** From 0. Draws with the same number belong together: paired differences are taken between them. */
  draw: number;
  /** Rows of the pool, ascending within each class. */
  rows: number[];
}

/**
 * Draws rows of each class at random, a class that has fewer giving all it has.
 * @param labels [N], classes of the pool's rows. @returns a draw for each size and number.
 */
export function drawRows(labels: Int32Array, sizes: readonly Shots[], options: DrawOptions): Draw[] {
  const root = new Random(options.seed);
  return Array.from({ length: options.draws }, (_, draw) => draw).flatMap((draw) => {
    const own = root.fork();
    const order = own.shuffle([...labels.keys()]);
    return sizes.map((shots) => {
      const shuffled = options.nested ? order : own.fork().shuffle([...labels.keys()]);
      return { shots, draw, rows: shots === "all" ? [...labels.keys()] : firstOfEachClass(shuffled, labels, shots) };
    });
  });
}

/** The first `shots` rows of every class in the given order. */
function firstOfEachClass(order: readonly number[], labels: Int32Array, shots: number): number[] {
  const taken = new Map<number, number>();
  return order.filter((row) => {
    const count = taken.get(labels[row]) ?? 0;
    taken.set(labels[row], count + 1);
    return count < shots;
  });
}

const FOUR_FIFTHS = 0.8;

/**
 * Rows taken at random, at most four fifths of all, so that draws differ even where everything is asked for: without that, draws would be
 * copies of each other and their intervals would claim a certainty that is not there. A single draw takes what is asked for.
 */
export function partialDraws(rows: number, most: number, draws: number, seed: number): number[][] {
  const root = new Random(seed);
  const count = Math.min(most, draws === 1 ? rows : Math.floor(FOUR_FIFTHS * rows));
  return Array.from({ length: draws }, () =>
    root
      .fork()
      .shuffle([...Array(rows).keys()])
      .slice(0, count),
  );
}

/** 2, 4, 8 … below the rows of the largest class, then all. @param labels [N] */
export function usualSizes(labels: Int32Array): Shots[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const largest = Math.max(...counts.values());
  const sizes: Shots[] = [];
  for (let shots = 2; shots <= largest / 1.5; shots *= 2) sizes.push(shots);
  return [...sizes, "all"];
}
