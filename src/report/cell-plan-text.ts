import { counted } from "./format.js";
import { textTable } from "./text-table.js";
import { duration } from "./words.js";

/** A cell of a plan, with what it is expected to take. */
export interface PlannedCell {
  id: string;
  seconds: number;
}

/** The cells of an experiment, the draws of one together, and the time they take. */
export function cellPlanText(cells: readonly PlannedCell[]): string {
  const draws = new Map<string, number[]>();
  for (const { id, seconds } of cells) {
    const name = id.replace(/\/draw=\d+$/, "");
    draws.set(name, [...(draws.get(name) ?? []), seconds]);
  }
  const lines = [...draws].map(([name, seconds]) => [
    name,
    `${seconds.length}`,
    duration(sum(seconds) / seconds.length),
    duration(sum(seconds)),
  ]);
  const total = sum(cells.map(({ seconds }) => seconds));
  return [
    ...textTable([["cell", "draws", "each", "together"], ...lines]),
    "",
    `${counted(cells.length, "cell")}, about ${duration(total)} on this machine by itself`,
  ].join("\n");
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
