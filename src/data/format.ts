/** `text`: one text a line, no header; its one column is called `text`. */
export type Format = "csv" | "tsv" | "jsonl" | "text";

/** All formats, as `--format` takes them. */
export const formats: readonly Format[] = ["csv", "tsv", "jsonl", "text"];

/** Column names that mean a text, the likeliest first. */
export const textNames: readonly string[] =
  "text sentence review comment body message content utterance query question document tweet title".split(" ");

/** Column names that mean a label, the likeliest first. */
export const labelNames: readonly string[] =
  "label labels class category target intent sentiment tag tags topic y".split(" ");

/** The format that the name of a file tells, `.gz` aside; undefined where it tells none. */
export function formatOfPath(path: string): Format | undefined {
  const extension = /\.([^./\\]+)(?:\.gz)?$/i.exec(path)?.[1].toLowerCase();
  const known: Record<string, Format> = {
    csv: "csv",
    tsv: "tsv",
    tab: "tsv",
    jsonl: "jsonl",
    ndjson: "jsonl",
    txt: "text",
  };
  return Object.hasOwn(known, extension ?? "") ? known[extension!] : undefined;
}

/** Whether `head` is enough for {@link sniffFormat}: one line, or two where the first may be a header. */
export function isEnoughToSniff(head: string): boolean {
  const lines = head.split("\n");
  return lines.length > (looksLikeHeader(lines[0]) ? 2 : 1);
}

/** The format that the first lines tell: an object is JSON Lines; a header with known names and a row of as many fields is CSV or TSV. */
export function sniffFormat(head: string): Format {
  const [first, second = ""] = head.split(/\r?\n/);
  if (/^\s*(\[\s*$|(\[\s*)?\{\s*("|$))/.test(first)) return "jsonl";
  if (!looksLikeHeader(first)) return "text";
  const delimiter = delimiterOf(first);
  if (second.split(delimiter).length < first.split(delimiter).length) return "text";
  return delimiter === "\t" ? "tsv" : "csv";
}

/** What separates the fields of a header: of comma, tab and semicolon the one that occurs most outside of quotes, or else a comma. */
export function delimiterOf(header: string): "," | ";" | "\t" {
  const unquoted = header.replace(/"(?:[^"]|"")*"/g, "");
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return ([",", "\t", ";"] as const).reduce((best, next) => (count(next) > count(best) ? next : best));
}

function looksLikeHeader(line: string): boolean {
  const names = line.split(delimiterOf(line)).map(plainName);
  const isKnown = names.some((name) => textNames.includes(name) || labelNames.includes(name));
  return names.length > 1 && isKnown && names.every((name) => name.length <= 40 && name.split(/\s+/).length <= 3);
}

/** A column's name as it is compared with the well-known ones. */
export function plainName(name: string): string {
  return name
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .trim()
    .toLowerCase();
}
