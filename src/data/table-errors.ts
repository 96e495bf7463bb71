import { HeadstartError } from "../errors.js";
import { counted, place, quote } from "./wording.js";

/** Only a header, or no record at all. */
export class NoRowsError extends HeadstartError {
  readonly code = "NO_ROWS";

  constructor(file: string, columns: readonly string[]) {
    const found = columns.length > 0 ? `a header (${columns.join(",")}) and no rows` : "no rows";
    super(`${file}: ${found}, expected one row for each example. Add some.`);
  }
}

/** The first row of a CSV or TSV file looks like data. */
export class NoHeaderError extends HeadstartError {
  readonly code = "NO_HEADER";

  constructor(file: string, firstRow: readonly string[], delimiter: string) {
    const example = ["text", "label"].slice(0, Math.max(1, firstRow.length)).join(delimiter);
    super(
      `${file}:1: the first row looks like data, expected column names: ${quote(firstRow.join(delimiter), 100)}. ` +
        `Add a first line such as ${quote(example)}, or name the column with --text if this row is the header.`,
    );
  }
}

/** The column that was asked for does not exist. */
export class ColumnNotFoundError extends HeadstartError {
  readonly code = "COLUMN_NOT_FOUND";

  constructor(file: string, option: string, wanted: string, columns: readonly string[], nearest?: string) {
    const hint = nearest === undefined ? "" : ` Did you mean ${option} ${quote(nearest)}?`;
    super(`${file}: no column ${quote(wanted)} (${option}). The columns are: ${columns.join(", ")}.${hint}`);
  }
}

/** No column is named, and none can be told to be the one. */
export class ColumnUnclearError extends HeadstartError {
  readonly code = "COLUMN_UNCLEAR";

  constructor(file: string, kind: "text" | "label", columns: readonly string[]) {
    const known = kind === "text" ? "text, sentence, review or message" : "label, class, category or intent";
    super(
      `${file}: which column holds the ${kind}? The columns are: ${columns.join(", ")}. ` +
        `Name it with --${kind} <column>, or call it ${known} in the file.`,
    );
  }
}

/** Two columns have one name. */
export class DuplicateColumnError extends HeadstartError {
  readonly code = "COLUMN_DUPLICATE";

  constructor(file: string, line: number, column: string, positions: readonly number[]) {
    const where = positions.length > 0 ? ` (columns ${positions.join(" and ")})` : "";
    super(
      `${place(file, line)}: column ${quote(column)} occurs twice${where}, expected different names. Rename one of them.`,
    );
  }
}

/** A row has more or fewer fields than the header. */
export class RaggedRowError extends HeadstartError {
  readonly code = "ROW_RAGGED";

  constructor(
    file: string,
    readonly line: number,
    found: number,
    columns: readonly string[],
    delimiter: string,
  ) {
    const separators: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs" };
    const hint =
      found > columns.length
        ? `Quote fields that contain ${separators[delimiter]}.`
        : "Add the missing fields, or remove the row.";
    super(
      `${place(file, line)}: ${counted(found, "field")}, expected ${columns.length} (${columns.join(delimiter)}). ${hint}`,
    );
  }
}

/** A quoted field runs to the end of the file. The line is that of the opening quote. */
export class UnclosedQuoteError extends HeadstartError {
  readonly code = "QUOTE_UNCLOSED";

  constructor(
    file: string,
    readonly line: number,
    readonly column: number | undefined,
    start: string,
  ) {
    super(
      `${place(file, line, column)}: the quote that opens here is never closed: ${quote(`"${start}`)}. ` +
        'Close it; a quote inside of a quoted field is written twice ("").',
    );
  }
}

/** A quote stands inside of an unquoted field, or something other than a delimiter follows a closing quote. */
export class StrayQuoteError extends HeadstartError {
  readonly code = "QUOTE_STRAY";

  constructor(
    file: string,
    readonly line: number,
    readonly column: number | undefined,
    found: { before: string; openedLine?: number },
  ) {
    const { before, openedLine } = found;
    const where = place(file, line, column);
    if (openedLine === undefined) {
      const fix = 'Put the whole field in quotes and write the inner quote twice: "5"" screen".';
      super(`${where}: a quote inside of an unquoted field, after ${quote(before)}. ${fix}`);
      return;
    }
    const opened =
      openedLine === line ? "" : ` The field was opened in line ${openedLine}: is its quote not closed there?`;
    const fix = 'A quote inside of a quoted field is written twice ("").';
    super(`${where}: text after a closing quote, expected a delimiter or the end of the line.${opened} ${fix}`);
  }
}

/** A record is longer than a record can sensibly be. The line is the one where it starts. */
export class RecordTooLongError extends HeadstartError {
  readonly code = "RECORD_TOO_LONG";

  constructor(
    file: string,
    readonly line: number,
    limitBytes: number,
    isQuoted: boolean,
  ) {
    const cause = isQuoted ? "Probably a quote that opens here is not closed." : "Is the file in the right format?";
    super(
      `${place(file, line)}: a record of more than ${limitBytes / 1e6} MB starts here, ${limitBytes / 1e6} MB are allowed. ${cause}`,
    );
  }
}

/** A line of a JSON Lines file is not JSON. */
export class JsonSyntaxError extends HeadstartError {
  readonly code = "JSON_SYNTAX";

  constructor(
    file: string,
    readonly line: number,
    readonly column: number,
    found: string,
  ) {
    const what = found === "" ? "the line ends too early" : `unexpected ${quote(found, 20)}`;
    super(
      `${place(file, line, column)}: not valid JSON: ${what}. Each line is one whole object: {"text": "…", "label": "…"}.`,
    );
  }
}

/** A line of a JSON Lines file is JSON, but no object. */
export class JsonNotObjectError extends HeadstartError {
  readonly code = "JSON_NOT_OBJECT";

  constructor(
    file: string,
    readonly line: number,
    found: unknown,
  ) {
    const kind = Array.isArray(found) ? "an array" : found === null ? "null" : `a ${typeof found}`;
    const fix = Array.isArray(found) ? " jq -c '.[]' makes one line of each item of an array." : "";
    super(`${place(file, line)}: ${kind}, expected an object such as {"text": "…", "label": "…"} on each line.${fix}`);
  }
}
