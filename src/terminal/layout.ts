import type { Choice } from "./view.js";
import { widthOf } from "./wrap.js";

/** Labels in rows; `hasBars` where there is room for a bar beside each. */
export interface ChoiceGrid {
  rows: Choice[][];
  hasBars: boolean;
}

/** Columns of a cell beside the name: mark, key, bar, percentage and gaps; without a bar. */
const [WITH_BAR, WITHOUT_BAR] = [24, 12];
/** Longer names are cut, those without a bar sooner, so that two cells stand side by side in 80 columns. */
const [LONGEST, LONGEST_WITHOUT_BAR] = [40, 28];
const BAR_WIDTH = 10;

/** Labels row by row: with bars where all fit the height so, else without, as many as there is room for. */
export function choiceGrid(choices: readonly Choice[], columns: number, most: number): ChoiceGrid {
  const longest = Math.max(...choices.map(({ name }) => widthOf(name)), 4);
  const acrossOf = (width: number) => Math.max(1, Math.floor(columns / width));
  const wide = acrossOf(Math.min(LONGEST, longest) + WITH_BAR);
  const hasBars = wide * most >= choices.length;
  const across = hasBars ? wide : acrossOf(Math.min(LONGEST_WITHOUT_BAR, longest) + WITHOUT_BAR);
  const needed = Math.min(across, Math.max(1, Math.ceil(choices.length / most)));
  const rows: Choice[][] = [];
  for (let at = 0; at < choices.length && rows.length < most; at += needed) rows.push(choices.slice(at, at + needed));
  return { rows, hasBars };
}

/** A bar for a share, of fixed width. */
export function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return "█".repeat(full) + "·".repeat(BAR_WIDTH - full);
}
