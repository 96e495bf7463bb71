/** Labels a CSV file: read and written in the browser, its texts sent in pieces. */
import { predict } from "./api.js";
import { parse } from "./vendor/csv-parse.js";
import { stringify } from "./vendor/csv-stringify.js";

/** Rows of one request: a few seconds at most, so that progress moves and other requests get their turn. */
const pieceRows = 100;
const usualNames = [
  "text",
  "sentence",
  "review",
  "comment",
  "message",
  "utterance",
  "content",
  "body",
  "title",
  "description",
];

/** @returns header and rows. @throws Error that says where the file is no CSV */
export async function readTable(file) {
  const content = new TextDecoder("utf-8").decode(await file.arrayBuffer());
  const records = parse(content, { bom: true, delimiter: delimiterOf(content), skip_empty_lines: true });
  if (records.length < 2) throw new Error(`${file.name}: found ${records.length} line, expected a header and rows.`);
  const [columns, ...rows] = records;
  return { name: file.name, delimiter: delimiterOf(content), columns, rows };
}

function delimiterOf(content) {
  const [header] = content.split("\n", 1);
  return ["\t", ";", ","].reduce(
    (best, each) => (header.split(each).length > header.split(best).length ? each : best),
    ",",
  );
}

/** The column that most probably holds the texts: by name, else the one with the longest values. */
export function textColumnOf({ columns, rows }) {
  const named = usualNames.map((name) => columns.findIndex((column) => column.trim().toLowerCase() === name));
  const known = named.find((at) => at >= 0);
  if (known !== undefined) return known;
  const length = (at) => rows.slice(0, 50).reduce((sum, row) => sum + row[at].length, 0);
  return columns.reduce((best, _, at) => (length(at) > length(best) ? at : best), 0);
}

/**
 * @param limits what one request may hold; longer texts are cut
 * @param onProgress told how many rows are done
 * @returns the table as CSV with the columns `label` and `confidence`; rows without a text get empty ones
 */
export async function labelTable(model, table, column, { limits, signal, onProgress }) {
  const labelled = [];
  for (let start = 0; start < table.rows.length; start += pieceRows) {
    const rows = table.rows.slice(start, start + pieceRows);
    const full = rows.filter((row) => /\S/.test(row[column]));
    const texts = full.map((row) => row[column].slice(0, limits.characters));
    const predictions = texts.length > 0 ? await patiently(() => predict(model, texts, { signal }), signal) : [];
    const found = new Map(full.map((row, i) => [row, predictions[i]]));
    for (const row of rows) labelled.push([...row, ...cellsOf(found.get(row))]);
    onProgress(labelled.length);
  }
  return stringify([[...table.columns, "label", "confidence"], ...labelled], { delimiter: table.delimiter });
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
