import { eastAsianWidth } from "get-east-asian-width";

/** More than any character that is not a prank has. */
const UNITS_PER_COLUMN = 20;

const WINDOW = 1000;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Lines of a text at a width, broken at spaces and, in words longer than a line, between characters as a reader counts them. Control
 * characters, which could move the cursor or change colours, become spaces; joiners and directions stay. A megabyte takes a tenth of a second
 * in ASCII, a second in other scripts.
 */
export function wrapText(text: string, columns: number): string[] {
  const safe = text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n]/gu, " ");
  return safe.split("\n").flatMap((paragraph) => wrapParagraph(paragraph, columns));
}

/** As much of a text as fits one line, in which line breaks are spaces; may hold a text of any length. */
export function oneLine(text: string, columns: number): string {
  const beginning = text.slice(0, UNITS_PER_COLUMN * columns);
  return wrapText(beginning.replaceAll("\n", " "), Math.max(1, columns))[0];
}

/** Columns that a text takes at most, see `widthOfCodePoint`. */
export function widthOf(text: string): number {
  if (isAscii(text)) return text.length;
  let width = 0;
  for (const char of text) width += widthOfCodePoint(char);
  return width;
}

function wrapParagraph(paragraph: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  const put = (part: string, width: number) => {
    if (used > 0 && used + width > columns) {
      lines.push(line);
      line = "";
      used = 0;
    }
    line += part;
    used += width;
  };
  for (const [part] of paragraph.matchAll(/ +|[^ ]+/g)) {
    const width = widthOf(part);
    if (part.startsWith(" ") && used + width > columns)
      used = columns; // the line breaks here, without them
    else if (width <= columns) put(part, width);
    else for (const char of charactersOf(part)) put(char, widthOf(char));
  }
  return [...lines, line];
}

/** A window at a time: over a megabyte, `Intl.Segmenter` takes minutes. */
function* charactersOf(word: string): Iterable<string> {
  for (let at = 0; at < word.length; ) {
    const window = [...segmenter.segment(word.slice(at, at + WINDOW))].map(({ segment }) => segment);
    if (window.length > 1 && at + WINDOW < word.length) window.pop(); // may go on
    yield* window;
    at += window.reduce((sum, { length }) => sum + length, 0);
  }
}

/**
 * Terminals disagree about composed characters: a family of emoji is 2 columns in some and 8 in others, a vowel sign 0 or 1. The widest reading is taken, so
 * that no terminal breaks a line by itself and pushes the screen up.
 */
function widthOfCodePoint(char: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(char)) return char === "\ufe0f" ? 1 : 0; // U+FE0F makes the sign before it an emoji of 2 columns
  return eastAsianWidth(char.codePointAt(0)!);
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is meant
  return /^[\x00-\x7f]*$/.test(text);
}
