import type { Interval } from "../evaluate/types.js";

/** 0.9123 as "91.2%". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** A score in [0, 1], or a loss, with three decimals. */
export function decimal(value: number): string {
  return value.toFixed(3);
}

/** A count with thousands separated. */
export function whole(count: number): string {
  return count.toLocaleString("en-US");
}

/** A p value: "0.034", or "< 0.001". */
export function pValue(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** A difference with its sign. */
export function signed(value: number, format: (magnitude: number) => string): string {
  return `${value < 0 ? "−" : "+"}${format(Math.abs(value))}`;
}

/** "0.890 to 0.920", each end in the format of the value. */
export function range([low, high]: Interval, format: (value: number) => string): string {
  return `${format(low)} to ${format(high)}`;
}

/** The first `limit` characters, with an ellipsis where something is left out. */
export function shortened(text: string, limit: number): string {
  // Twice the limit of UTF-16 units is enough for `limit` characters, and keeps a text of a megabyte cheap.
  const characters = Array.from(text.slice(0, 2 * limit + 2));
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join("")}…`;
}

/** "1 row", "2 rows". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${whole(count)} ${count === 1 ? singular : plural}`;
}
