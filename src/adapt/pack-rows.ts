/** Texts of one run. */
export interface PackedRun {
  /** T, tokens in a row */
  width: number;
  /** The texts of each row, one behind the other: indices into the lengths. */
  rows: number[][];
}

/**
 * Lays texts side by side in rows of equal width, so that hardly any padding is left: longest first, each into the first row that has
 * room (first-fit decreasing), with the width that leaves least.
 *
 * @param lengths of the texts, in tokens. @param budget tokens in one run; a longer text has a run to itself. @param widest row, unless a text is longer
 */
export function packRows(lengths: ArrayLike<number>, budget: number, widest: number): PackedRun[] {
  const order = Array.from({ length: lengths.length }, (_, i) => i).sort((a, b) => lengths[b] - lengths[a] || a - b);
  const runs: PackedRun[] = [];
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    let tokens = lengths[order[start]];
    while (end < order.length && tokens + lengths[order[end]] <= budget) tokens += lengths[order[end++]];
    runs.push(inFewestTokens(order.slice(start, end), lengths, widest));
    start = end;
  }
  return runs;
}

/** Widths up to this many times the longest text are tried. */
const stretch = 2;

/** @param texts longest first */
function inFewestTokens(texts: readonly number[], lengths: ArrayLike<number>, widest: number): PackedRun {
  const longest = Math.max(1, lengths[texts[0]]);
  let best = rowsOfWidth(longest, texts, lengths);
  for (let width = longest + 1; width <= Math.min(widest, stretch * longest); width++) {
    const run = rowsOfWidth(width, texts, lengths);
    if (run.rows.length * width < best.rows.length * best.width) best = run;
  }
  return best;
}

function rowsOfWidth(width: number, texts: readonly number[], lengths: ArrayLike<number>): PackedRun {
  const rows: number[][] = [];
  const room: number[] = [];
  for (const text of texts) {
    let row = room.findIndex((left) => left >= lengths[text]);
    if (row < 0) row = rows.push([]) - 1;
    rows[row].push(text);
    room[row] = (room[row] ?? width) - lengths[text];
  }
  return { width, rows };
}
