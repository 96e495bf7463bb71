import { HeadstartError } from "../errors.js";
import { place } from "./wording.js";

/** No file has the path that was given. */
export class FileMissingError extends HeadstartError {
  readonly code = "FILE_MISSING";

  constructor(path: string, nearest?: string) {
    super(`${path}: no such file. ${nearest ? `Did you mean ${nearest}?` : "Check the path; - reads standard input."}`);
  }
}

/** A folder stands where a data file was expected. */
export class FileIsFolderError extends HeadstartError {
  readonly code = "FILE_IS_FOLDER";

  constructor(path: string, files: readonly string[]) {
    const inside = files.length > 0 ? ` It holds ${files.slice(0, 5).join(", ")}.` : "";
    super(`${path}: is a folder, expected a file (.csv, .tsv, .jsonl or .txt, also with .gz).${inside}`);
  }
}

/** The operating system refuses to read the file. */
export class FileUnreadableError extends HeadstartError {
  readonly code = "FILE_UNREADABLE";

  constructor(path: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === "EACCES" || code === "EPERM" ? "permission denied" : message;
    super(`${path}: cannot be read: ${reason}. Check the permissions of the file and its folders.`, { cause });
  }
}

/** The file holds no bytes, or white space only. */
export class EmptyFileError extends HeadstartError {
  readonly code = "FILE_EMPTY";

  constructor(name: string) {
    super(`${name}: is empty. Expected a header such as text,label and one row for each example.`);
  }
}

/** Standard input ended before its first byte. */
export class EmptyStdinError extends HeadstartError {
  readonly code = "STDIN_EMPTY";

  constructor() {
    super("stdin: ended without any data. Pipe rows into the command, or give a file in place of -.");
  }
}

/** The bytes are no UTF-8. Line and column (in bytes) are those of the first bad byte. */
export class InvalidUtf8Error extends HeadstartError {
  readonly code = "UTF8_INVALID";

  constructor(
    readonly file: string,
    readonly line: number,
    readonly column: number,
    bad: { byte: number; encoding: string; character: string },
  ) {
    const hex = `0x${bad.byte.toString(16).toUpperCase().padStart(2, "0")}`;
    const guess = `The file is probably ${bad.encoding}, where this byte is ${JSON.stringify(bad.character)}`;
    super(
      `${place(file, line, column)}: byte ${hex} is not valid UTF-8 (column counted in bytes). ${guess}. ` +
        `Convert it: ${iconv(file, bad.encoding)}`,
    );
  }
}

/** The file is UTF-16 or UTF-32, as Excel's "Unicode text" and older Windows tools write it. */
export class Utf16Error extends HeadstartError {
  readonly code = "UTF16";

  constructor(file: string, encoding: string, hasBom: boolean) {
    const how = hasBom ? "by its byte order mark" : "by its zero bytes; it has no byte order mark";
    super(`${file}:1:1: the file is ${encoding} (${how}), expected UTF-8. Convert it: ${iconv(file, encoding)}`);
  }
}

/** The file is no text. */
export class BinaryFileError extends HeadstartError {
  readonly code = "BINARY_FILE";

  constructor(
    file: string,
    readonly line: number,
    readonly column: number,
    kind?: string,
  ) {
    const found = kind ? `looks like ${kind}` : "a zero byte: this is not a text file";
    super(
      `${place(file, line, column)}: ${found}. Expected CSV, TSV, JSON Lines or plain text in UTF-8; export it as one of these.`,
    );
  }
}

/** The gzip stream is damaged or ends early. */
export class CorruptGzipError extends HeadstartError {
  readonly code = "GZIP_CORRUPT";

  constructor(file: string, cause: unknown) {
    const isCut = (cause as NodeJS.ErrnoException).code === "Z_BUF_ERROR";
    const found = isCut ? "the gzip data end in the middle" : `the gzip data are damaged (${(cause as Error).message})`;
    super(`${file}: ${found}. Copy or download the file again; gzip -t ${shellWord(file)} checks it.`, { cause });
  }
}

function iconv(file: string, encoding: string): string {
  const input = file === "stdin" ? "" : ` ${shellWord(file)} > ${shellWord(file.replace(/(\.[^.]*)?$/, "-utf8$1"))}`;
  return `iconv -f ${encoding.toUpperCase()} -t UTF-8${input}`;
}

function shellWord(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
