/** Reads and writes CSV in the browser. */
import { parse } from "./vendor/csv-parse.js";
import { stringify } from "./vendor/csv-stringify.js";

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

/** @returns header and rows. @throws Error that says where the file is no CSV, and what to do */
export async function readTable(file) {
  const content = decoded(file.name, await file.arrayBuffer());
  const delimiter = delimiterOf(content);
  const records = parsed(file.name, content, delimiter);
  if (records.length < 2) {
    throw new Error(`${file.name}: ${records.length === 0 ? "the file is empty" : "there is a header and no row"}.`);
  }
  const [columns, ...rows] = records;
  return { name: file.name, delimiter, columns, rows };
}

/** A spreadsheet's own file, a picture or another encoding: none of them is text in UTF-8. */
function decoded(name, bytes) {
  let text = "\0";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // told below
  }
  if (!text.includes("\0")) return text;
  throw new Error(`${name}: not a text file in UTF-8. In a spreadsheet, save it as “CSV UTF-8”.`);
}

function delimiterOf(content) {
  const [header] = content.split("\n", 1);
  return ["\t", ";", ","].reduce(
    (best, each) => (header.split(each).length > header.split(best).length ? each : best),
    ",",
  );
}

function parsed(name, content, delimiter) {
  if (/^\s*[{[]/.test(content)) {
    throw new Error(
      `${name}: looks like JSON, expected CSV or TSV with a header. “headstart predict” reads JSON Lines.`,
    );
  }
  try {
    return parse(content, { bom: true, delimiter, skip_empty_lines: true });
  } catch ({ code, lines, record, message }) {
    const sentences = {
      CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: `another number of fields (${record?.length}) than the lines before. Fields that contain the delimiter or a line break have to stand in quotes.`,
      CSV_QUOTE_NOT_CLOSED: "a quote is opened and never closed.",
      INVALID_OPENING_QUOTE:
        "a quote in the middle of a field. The field has to stand in quotes, and a quote in it be doubled.",
    };
    throw new Error(`${name}:${lines}: ${sentences[code] ?? `${message}.`}`);
  }
}

/** The column that most probably holds the texts: by name, else the one with the longest values. */
export function textColumnOf({ columns, rows }) {
  const named = usualNames.map((name) => columns.findIndex((column) => column.trim().toLowerCase() === name));
  const known = named.find((at) => at >= 0);
  if (known !== undefined) return known;
  const length = (at) => rows.slice(0, 50).reduce((sum, row) => sum + row[at].length, 0);
  return columns.reduce((best, _, at) => (length(at) > length(best) ? at : best), 0);
}

/** @param added for each row a value for each name. @returns CSV */
export function writtenTable({ columns, rows, delimiter }, names, added) {
  const header = [...columns, ...names.map((name) => freeName(name, columns))];
  return stringify([header, ...rows.map((row, i) => [...row, ...added[i]])], { delimiter });
}

function freeName(name, taken) {
  return taken.includes(name) ? freeName(`predicted_${name}`, taken) : name;
}
