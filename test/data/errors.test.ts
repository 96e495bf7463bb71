import { chmodSync } from "node:fs";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { datasetFrom, loadDataset } from "../../src/data/dataset.js";
import * as errors from "../../src/data/errors.js";
import { openTable } from "../../src/data/table.js";
import { requireTrainable } from "../../src/data/trainable.js";
import { TableWriter } from "../../src/data/write.js";
import { HeadstartError } from "../../src/errors.js";
import { collect, failureOf, fileWith, stdinOf, temporaryFolder } from "./fixtures.js";

const load = (name: string, content: string | Buffer) => loadDataset(fileWith(name, content));
const trainable = (...rows: [string, string][]) =>
  requireTrainable(datasetFrom(rows.map(([text, label]) => ({ text, label }))));

interface Case {
  error: string;
  code: string;
  run(): unknown;
  says: RegExp;
}

const cases: Case[] = [
  {
    error: "FileMissingError",
    code: "FILE_MISSING",
    run: () => openTable(fileWith("reviews.csv", "text,label\na,b\n").replace("reviews.csv", "review.csv")),
    says: /review\.csv: no such file\. Did you mean .*reviews\.csv\?$/,
  },
  {
    error: "FileIsFolderError",
    code: "FILE_IS_FOLDER",
    run: () => openTable(fileWith("a.csv", "text\nx\n").replace(/.a\.csv$/, "")),
    says: /is a folder, expected a file .* It holds a\.csv\./,
  },
  {
    error: "FileUnreadableError",
    code: "FILE_UNREADABLE",
    run: () =>
      openTable("-", {
        stdin: new Readable({
          read() {
            this.destroy(new Error("device gone"));
          },
        }),
      }),
    says: /^stdin: cannot be read: device gone/,
  },
  {
    error: "EmptyFileError",
    code: "FILE_EMPTY",
    run: () => load("a.csv", ""),
    says: /a\.csv: is empty\. Expected a header/,
  },
  {
    error: "EmptyFileError",
    code: "FILE_EMPTY",
    run: () => load("a.csv.gz", gzipSync("")),
    says: /a\.csv\.gz: is empty/,
  },
  { error: "EmptyFileError", code: "FILE_EMPTY", run: () => load("a.csv", "\n\n"), says: /a\.csv: is empty/ },
  {
    error: "EmptyStdinError",
    code: "STDIN_EMPTY",
    run: () => openTable("-", { stdin: stdinOf("") }),
    says: /stdin: ended without any data/,
  },
  {
    error: "InvalidUtf8Error",
    code: "UTF8_INVALID",
    run: () => load("a.csv", Buffer.from("text,label\nfine,x\ncaf\xe9 au lait,y\n", "latin1")),
    says: /a\.csv:3:4: byte 0xE9 is not valid UTF-8.*probably Windows-1252, where this byte is "é".*iconv -f WINDOWS-1252 -t UTF-8 .*a\.csv > .*a-utf8\.csv$/,
  },
  {
    error: "InvalidUtf8Error",
    code: "UTF8_INVALID",
    run: () => load("a.csv", Buffer.from("text,label\n\xcf\xf0\xe8\xe2\xe5\xf2 \xec\xe8\xf0,x\n", "latin1")),
    says: /a\.csv:2:1: byte 0xCF .*Windows-1251, where this byte is "П"/,
  },
  {
    error: "Utf16Error",
    code: "UTF16",
    run: () => load("a.csv", Buffer.from("\ufefftext,label\na,b\n", "utf16le")),
    says: /a\.csv:1:1: the file is UTF-16LE \(by its byte order mark\), expected UTF-8\. .*iconv -f UTF-16LE/,
  },
  {
    error: "Utf16Error",
    code: "UTF16",
    run: () => load("a.csv", Buffer.from("text,label\na,b\n", "utf16le").swap16()),
    says: /UTF-16BE \(by its zero bytes; it has no byte order mark\)/,
  },
  {
    error: "BinaryFileError",
    code: "BINARY_FILE",
    run: () => load("a.csv", "text,label\ngood,x\nb\0d,y\n"),
    says: /a\.csv:3:2: a zero byte: this is not a text file/,
  },
  {
    error: "BinaryFileError",
    code: "BINARY_FILE",
    run: () => load("a.csv", "PK\x03\x04 workbook"),
    says: /a\.csv:1:1: looks like a zip archive or an Excel workbook\. Expected CSV/,
  },
  {
    error: "CorruptGzipError",
    code: "GZIP_CORRUPT",
    run: () => load("a.csv.gz", gzipSync("text,label\na,b\n".repeat(99)).subarray(0, 40)),
    says: /a\.csv\.gz: the gzip data end in the middle\. .*gzip -t/,
  },
  {
    error: "CorruptGzipError",
    code: "GZIP_CORRUPT",
    run: () => load("a.csv.gz", Buffer.from(gzipSync("text,label\na,b\n")).fill(0xff, 12, 16)),
    says: /a\.csv\.gz: the gzip data are damaged/,
  },
  {
    error: "NoRowsError",
    code: "NO_ROWS",
    run: () => load("a.csv", "text,label\n"),
    says: /a\.csv: a header \(text,label\) and no rows/,
  },
  { error: "NoRowsError", code: "NO_ROWS", run: () => datasetFrom([]), says: /examples: no rows/ },
  {
    error: "NoHeaderError",
    code: "NO_HEADER",
    run: () => load("a.csv", "this film is far too long,neg\nlovely little thing of a film,pos\n"),
    says: /a\.csv:1: the first row looks like data.*"this film is far too long,neg"\. Add a first line such as "text,label"/,
  },
  {
    error: "ColumnNotFoundError",
    code: "COLUMN_NOT_FOUND",
    run: () => loadDataset(fileWith("a.csv", "review,label\na,b\n"), { text: "reveiw" }),
    says: /no column "reveiw" \(--text\)\. The columns are: review, label\. Did you mean --text "review"\?/,
  },
  {
    error: "ColumnUnclearError",
    code: "COLUMN_UNCLEAR",
    run: () => load("a.csv", "a,b,c\nx,y,z\n"),
    says: /which column holds the text\? The columns are: a, b, c\. Name it with --text <column>/,
  },
  {
    error: "DuplicateColumnError",
    code: "COLUMN_DUPLICATE",
    run: () => load("a.csv", "text,label,text\nx,y,z\n"),
    says: /a\.csv:1: column "text" occurs twice \(columns 1 and 3\)/,
  },
  {
    error: "DuplicateColumnError",
    code: "COLUMN_DUPLICATE",
    run: () =>
      new TableWriter(process.stderr, { name: "a.jsonl", format: "jsonl", delimiter: ",", columns: ["text"] }, [
        "label",
      ]).write([{ line: 7, values: ["x"], object: { text: "x", label: "late" } }], [["pos"]]),
    says: /a\.jsonl:7: column "label" occurs twice/,
  },
  {
    error: "RaggedRowError",
    code: "ROW_RAGGED",
    run: () => load("a.csv", "text,label\ngood,x\nwell, well,y\n"),
    says: /a\.csv:3: 3 fields, expected 2 \(text,label\)\. Quote fields that contain commas\.$/,
  },
  {
    error: "RaggedRowError",
    code: "ROW_RAGGED",
    run: () => load("a.csv", 'text,label\n"one\r\ntwo",x\n\nalone\n'),
    says: /a\.csv:5: 1 field, expected 2 \(text,label\)\. Add the missing fields/,
  },
  {
    error: "UnclosedQuoteError",
    code: "QUOTE_UNCLOSED",
    run: () => load("a.csv", 'text,label\n"a\nb",x\nfine,"open\nand\non\n'),
    says: /a\.csv:4:6: the quote that opens here is never closed: "\\"open/,
  },
  {
    error: "StrayQuoteError",
    code: "QUOTE_STRAY",
    run: () => load("a.csv", 'text,label\na 5" screen,x\n'),
    says: /a\.csv:2:4: a quote inside of an unquoted field, after "a 5"\. Put the whole field in quotes/,
  },
  {
    error: "StrayQuoteError",
    code: "QUOTE_STRAY",
    run: () => load("a.csv", 'text,label\n"never closed,x\nfine,y\n"good",z\n'),
    says: /a\.csv:4: text after a closing quote.* The field was opened in line 2: is its quote not closed there\?/,
  },
  {
    error: "RecordTooLongError",
    code: "RECORD_TOO_LONG",
    run: () => load("a.csv", `text,label\nx,y\n"open${"many words\n".repeat(1_600_000)}`),
    says: /a\.csv:3: a record of more than 16 MB starts here.*a quote that opens here is not closed/,
  },
  {
    error: "RecordTooLongError",
    code: "RECORD_TOO_LONG",
    run: () => load("a.jsonl", `{"text":"x","label":"y"}\n{"text":"${"many words ".repeat(1_600_000)}`),
    says: /a\.jsonl:2: a record of more than 16 MB/,
  },
  {
    error: "JsonSyntaxError",
    code: "JSON_SYNTAX",
    run: () => load("a.jsonl", '{"text":"x","label":"y"}\n{"text":"x","label":y}\n'),
    says: /a\.jsonl:2:21: not valid JSON: unexpected "y"/,
  },
  {
    error: "JsonNotObjectError",
    code: "JSON_NOT_OBJECT",
    run: () => load("a.jsonl", '["x","y"]\n'),
    says: /a\.jsonl:1: an array, expected an object.*jq -c/,
  },
  {
    error: "TextTypeError",
    code: "TEXT_TYPE",
    run: () => load("a.jsonl", '{"text":"x","label":"y"}\n{"text":5,"label":"y"}'),
    says: /a\.jsonl:2: "text" is 5, expected a string/,
  },
  {
    error: "TextTypeError",
    code: "TEXT_TYPE",
    run: () => datasetFrom([{ text: "a", label: "x" }, { label: "x" } as never]),
    says: /^example 2: "text" is missing/,
  },
  {
    error: "LabelTypeError",
    code: "LABEL_TYPE",
    run: () => load("a.jsonl", '{"text":"x","label":{"is":1}}'),
    says: /a\.jsonl:1: "label" is \{"is":1\}, expected a string/,
  },
  {
    error: "EmptyTextsError",
    code: "TEXT_EMPTY",
    run: () => load("a.csv", `text,label\nx,y\n${" ,y\n".repeat(7)}`),
    says: /a\.csv: 7 empty texts of 8 \(lines 3, 4, 5, 6, 7 and 2 more\)\. .*--skip-empty/,
  },
  {
    error: "EmptyLabelError",
    code: "LABEL_EMPTY",
    run: () => load("a.csv", "text,label\nx,y\nz,\nq,\n"),
    says: /a\.csv:3: "label" is empty \(the first of 2\), expected a label/,
  },
  {
    error: "SeveralLabelsError",
    code: "LABEL_SEVERAL",
    run: () => datasetFrom([{ text: "x", label: ["a", "b"] }], { multiLabel: false }),
    says: /^example 1: 2 labels \(a, b\), expected one/,
  },
  {
    error: "OneClassError",
    code: "ONE_CLASS",
    run: () => trainable(["x", "pos"], ["y", "pos"]),
    says: /examples: one class only, "pos" in 2 rows/,
  },
  {
    error: "RareClassError",
    code: "CLASS_RARE",
    run: () => trainable(["x", "pos"], ["y", "pos"], ["z", "neg"], ["q", "neg"], ["r", "odd"]),
    says: /examples: 1 class has one example only: "odd" \(example 5\)\. .*--drop-rare/,
  },
  {
    error: "SimilarLabelsError",
    code: "LABELS_SIMILAR",
    run: () => trainable(["x", "pos"], ["y", "Pos "], ["z", "pos"], ["q", "neg"]),
    says: /differ only in case or white space: "pos" \(2 rows\) and "Pos " \(1 row\)\. .*--fold-labels/,
  },
  {
    error: "NumericLabelsError",
    code: "LABELS_NUMERIC",
    run: () =>
      trainable(...Array.from({ length: 40 }, (_, i): [string, string] => [`t${i}`, String(1 + (i % 20) / 7)])),
    says: /the labels look like quantities \(20 different numbers: 1, .*Headstart does no regression/,
  },
  {
    error: "TooManyClassesError",
    code: "CLASSES_TOO_MANY",
    run: () => trainable(...Array.from({ length: 60 }, (_, i): [string, string] => [`t${i}`, `id-${i}`])),
    says: /60 classes in 60 rows, at most one class for two rows is allowed\. Is "label" really the label/,
  },
  {
    error: "TooManyClassesError",
    code: "CLASSES_TOO_MANY",
    run: () => trainable(...Array.from({ length: 10_000 }, (_, i): [string, string] => [`t${i}`, `c${i % 2500}`])),
    says: /2,500 classes in 10,000 rows, 2,000 are allowed/,
  },
];

describe("data errors", () => {
  for (const { error, code, run, says } of cases) {
    it(`throws ${error}: ${says.source.replaceAll("\\", "").slice(0, 60)}`, async () => {
      const failure = await failureOf(run);
      expect(failure.name, failure.stack).toBe(error);
      expect(failure).toBeInstanceOf(HeadstartError);
      expect(failure.code).toBe(code);
      expect(failure.message).toMatch(says);
    });
  }

  it("has a case for every error class, and a code of its own for each", () => {
    const classes = Object.keys(errors).sort();
    expect([...new Set(cases.map(({ error }) => error))].sort()).toEqual(classes);
    expect(new Set(cases.map(({ code }) => code)).size).toBe(classes.length);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === "win32")("says when a file may not be read", async () => {
    const path = fileWith("a.csv", "text,label\na,b\n");
    chmodSync(path, 0);
    expect((await failureOf(() => openTable(path))).message).toMatch(/cannot be read: permission denied/);
  });

  it("gives the rows before a broken one first", async () => {
    const table = await openTable(fileWith("a.csv", "text,label\na,x\nb,y\nc\n"));
    const texts: unknown[] = [];
    const failure = await failureOf(async () => {
      for await (const record of table.records()) texts.push(record.values[0]);
    });
    expect(texts).toEqual(["a", "b"]);
    expect(failure.name).toBe("RaggedRowError");
  });

  it("names a missing file plainly where nothing is like it", async () => {
    const path = `${temporaryFolder()}/nothing.csv`;
    expect((await failureOf(() => openTable(path))).message).toMatch(/nothing\.csv: no such file\. Check the path/);
  });

  it("checks the rows that are skipped", async () => {
    const table = await openTable(fileWith("a.csv", "text,label\na,x\nb\nc,z\n"));
    expect((await failureOf(() => collect(table.records({ skip: 2 })))).name).toBe("RaggedRowError");
  });
});
