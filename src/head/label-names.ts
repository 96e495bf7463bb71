import { type Features, rowsOf, type Targets } from "./linear.js";

/** Rows that a label's name counts as: docs/decisions/0012. */
export const nameWeight = 4;

/** What a head learns from. */
export interface Lessons {
  features: Features;
  targets: Targets;
  /** How many rows each row counts as, [rows] */
  shares: Float32Array;
}

/**
 * Labelled rows and, behind them, the name of each label as one more row of that label.
 * @param names what the encoder makes of the labels' names, [K, F]
 */
export function withNames(features: Features, targets: Targets, names?: Features): Lessons {
  const shares = new Float32Array(features.rows + (names?.rows ?? 0)).fill(1);
  if (!names) return { features, targets, shares };
  shares.fill(nameWeight, features.rows);
  const data = new Float32Array(features.data.length + names.data.length);
  data.set(features.data);
  data.set(names.data, features.data.length);
  const joined = { rows: shares.length, size: features.size, data };
  return { features: joined, targets: withNameTargets(targets), shares };
}

/** The targets of the rows and, behind them, of each label's name. */
export function withNameTargets(targets: Targets): Targets {
  const { kind, classes, labels } = targets;
  if (kind === "single-label") return { ...targets, labels: Int32Array.from([...labels, ...Array(classes).keys()]) };
  const all = new Uint8Array(labels.length + classes * classes);
  all.set(labels);
  for (let k = 0; k < classes; k++) all[labels.length + k * classes + k] = 1;
  return { ...targets, labels: all };
}

/** How well labels' names tell of the labels, on labelled rows. */
export interface NameEvidence {
  /** Share of the rows of a label whose nearest name is the label's own, mean over the labels: 1/K by chance. */
  recall: number;
  /** At least chance and a standard error of it. */
  areTelling: boolean;
}

/** More rows than this say no more. */
const enoughRows = 2000;

/**
 * Whether labels are called what they are: names such as `joy` lie near their texts, names such as `B` do not.
 * @param names [K, F]. @param features [N, F], rows of unit length or of like length.
 */
export function nameEvidence(names: Features, features: Features, targets: Targets): NameEvidence {
  const { classes } = targets;
  const [right, all] = [new Float64Array(classes), new Float64Array(classes)];
  const step = Math.max(1, Math.ceil(rowsOf(targets) / enoughRows));
  for (let row = 0; row < features.rows; row += step) {
    const nearest = nearestName(names, features, row);
    for (const label of labelsOf(targets, row)) {
      all[label]++;
      if (label === nearest) right[label]++;
    }
  }
  const seen = [...all.keys()].filter((k) => all[k] > 0);
  const chance = 1 / classes;
  const recall = seen.reduce((sum, k) => sum + right[k] / all[k], 0) / seen.length;
  const variance = seen.reduce((sum, k) => sum + (chance * (1 - chance)) / all[k], 0) / seen.length ** 2;
  return { recall, areTelling: recall >= chance + Math.sqrt(variance) - 1e-9 };
}

function nearestName(names: Features, { size, data }: Features, row: number): number {
  let [best, largest] = [0, Number.NEGATIVE_INFINITY];
  for (let k = 0; k < names.rows; k++) {
    let product = 0;
    for (let f = 0; f < size; f++) product += names.data[k * size + f] * data[row * size + f];
    if (product > largest) [best, largest] = [k, product];
  }
  return best;
}

function labelsOf({ kind, classes, labels }: Targets, row: number): number[] {
  if (kind === "single-label") return [labels[row]];
  return [...Array(classes).keys()].filter((k) => labels[row * classes + k] === 1);
}

/** A label's name as a text: `BookRestaurant`, `book_restaurant` and `book-restaurant` are book restaurant. */
export function inWords(name: string): string {
  const words = name
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/[\s_./-]+/g, " ")
    .trim();
  return words === "" ? name : words.toLowerCase();
}
