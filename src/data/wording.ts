/** `file:line` or `file:line:column`, the form that editors and terminals turn into a link. Lines and columns start at 1. */
export function place(name: string, line: number, column?: number): string {
  return column === undefined ? `${name}:${line}` : `${name}:${line}:${column}`;
}

/** A value in quotes, cut to `limit` characters, with line breaks made visible. */
export function quote(value: unknown, limit = 60): string {
  const json = JSON.stringify(value) ?? "undefined";
  return json.length <= limit + 2 ? json : `${json.slice(0, limit)}…${typeof value === "string" ? '"' : ""}`;
}

/** The first `limit` items after a comma each, and how many are left: `a, b, c and 4 more`. */
export function listed(items: readonly (string | number)[], limit = 5): string {
  const shown = items.slice(0, limit).join(", ");
  return items.length > limit ? `${shown} and ${(items.length - limit).toLocaleString("en-US")} more` : shown;
}

/** `line 3`, `lines 3, 4`, `lines 3, 4, 5, 6, 7 and 2 more`. */
export function numbered(unit: string, numbers: readonly number[]): string {
  return `${numbers.length === 1 ? unit : `${unit}s`} ${listed(numbers)}`;
}

/** `1 row`, `2 rows`, `12,000 rows`; `plural` where an s is not enough. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : plural}`;
}
