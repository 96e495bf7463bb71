import type { Interval } from "../evaluate/types.js";
import { signedPoints } from "./words.js";

/** A difference with its interval. */
export interface ForestLine {
  name: string;
  difference: number;
  interval: Interval | null;
}

/** Differences about a line at zero for a terminal: `├──●──┤` is an interval with its mean. @param width of the scale, in columns */
export function forestText(lines: readonly ForestLine[], width = 56): string[] {
  const values = lines.flatMap(({ difference, interval }) => [difference, ...(interval ?? [])]);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  if (low === high) return [];
  const at = (value: number) => Math.round(((value - low) / (high - low)) * (width - 1));
  const names = Math.max(...lines.map(({ name }) => name.length));
  const drawn = lines.map(({ name, difference, interval }) => {
    const cells = Array<string>(width).fill(" ");
    if (interval) {
      cells.fill("─", at(interval[0]), at(interval[1]) + 1);
      cells[at(interval[0])] = "├";
      cells[at(interval[1])] = "┤";
    }
    cells[at(0)] = cells[at(0)] === " " ? "│" : "┼";
    cells[at(difference)] = "●";
    return `${name.padEnd(names)}  ${cells.join("")}`.trimEnd();
  });
  const scale = Array<string>(width).fill(" ");
  const marked = (value: number) => (value === 0 ? "0" : signedPoints(value));
  write(scale, 0, marked(low));
  write(scale, width - marked(high).length, marked(high));
  const isFree = scale.slice(Math.max(0, at(0) - 1), at(0) + 2).every((cell) => cell === " ");
  if (isFree) write(scale, at(0), "0");
  return [...drawn, `${"".padEnd(names)}  ${scale.join("")}`.trimEnd()];
}

function write(cells: string[], start: number, text: string): void {
  for (const [i, letter] of [...text].entries()) cells[start + i] = letter;
}
