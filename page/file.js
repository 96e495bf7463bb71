/** Labels the rows of a table: its texts are sent in pieces. */
import { predict } from "./api.js";
import { writtenTable } from "./table.js";

/** Of one request: a few seconds at most, so that progress moves and other requests get their turn. */
const piece = { rows: 100, characters: 50_000 };

/**
 * @param limits what one request may hold; longer texts are cut
 * @param onProgress told how many rows are done
 * @returns the table as CSV with the columns `label` and `confidence`; rows without a text get empty ones
 */
export async function labelTable(model, table, column, { limits, signal, onProgress }) {
  const texts = table.rows.map((row) => row[column].slice(0, limits.characters));
  const added = [];
  for (const some of piecesOf(texts)) {
    const full = some.filter((text) => /\S/.test(text));
    const predictions = full.length > 0 ? await patiently(() => predict(model, full, { signal }), signal) : [];
    let next = 0;
    for (const text of some) added.push(cellsOf(/\S/.test(text) ? predictions[next++] : undefined));
    onProgress(added.length);
  }
  return writtenTable(table, ["label", "confidence"], added);
}

function* piecesOf(texts) {
  let some = [];
  let characters = 0;
  for (const text of texts) {
    if (some.length === piece.rows || (some.length > 0 && characters + text.length > piece.characters)) {
      yield some;
      some = [];
      characters = 0;
    }
    some.push(text);
    characters += text.length;
  }
  if (some.length > 0) yield some;
}

function cellsOf(prediction) {
  if (!prediction) return ["", ""];
  const { label, labels, confidence } = prediction;
  return [labels ? labels.join("|") : label, confidence.toFixed(4)];
}

/** Tries again when the server has too much to do, after as long as it asks for. */
async function patiently(attempt, signal) {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error.status !== 429 && error.status !== 503) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * (error.retryAfterS || 1)));
      signal.throwIfAborted();
    }
  }
}
