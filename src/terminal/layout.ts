import wrapAnsi from "wrap-ansi";
import type { Choice } from "./view.js";

/** Lines of a text at a width. Control characters, which could move the cursor or change colours, become spaces; joiners and directions stay. */
export function wrapText(text: string, columns: number): string[] {
  const safe = text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n]/gu, " ");
  return wrapAnsi(safe, columns, { hard: true, trim: false }).split("\n");
}

/** Rows of labels, filled row by row: as many columns as the longest name leaves room for, and as few as fit the height. */
export function choiceGrid(choices: readonly Choice[], columns: number, most: number): Choice[][] {
  const longest = Math.min(40, Math.max(...choices.map(({ name }) => name.length), 4));
  const cellWidth = longest + decoration;
  const across = Math.max(1, Math.floor(columns / cellWidth));
  const needed = Math.min(across, Math.max(1, Math.ceil(choices.length / most)));
  const rows: Choice[][] = [];
  for (let at = 0; at < choices.length && rows.length < most; at += needed) rows.push(choices.slice(at, at + needed));
  return rows;
}

/** Columns of a cell beside the name: mark, key, bar, percentage and gaps. */
const decoration = 24;
const barWidth = 10;

/** A bar for a share, of fixed width. */
export function bar(share: number): string {
  const full = Math.round(share * barWidth);
  return "█".repeat(full) + "·".repeat(barWidth - full);
}
