import { counted } from "./format.js";
import { duration } from "./words.js";

/** A cell of a plan, with what it is expected to take. */
export interface PlannedCell {
  id: string;
  seconds: number;
}

/** The cells of an experiment and the time they take together. */
export function cellPlanText(cells: readonly PlannedCell[]): string {
  const total = cells.reduce((sum, { seconds }) => sum + seconds, 0);
  const lines = cells.map(({ id, seconds }) => `  ${duration(seconds).padStart(8)}  ${id}`);
  return [...lines, `${counted(cells.length, "cell")}, about ${duration(total)} on this machine by itself`].join("\n");
}
