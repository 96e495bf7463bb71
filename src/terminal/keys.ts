/** A key that was pressed. `char` carries what was typed, one character, composed ones included. */
export type Key =
  | { name: "char"; char: string }
  | {
      name:
        | "enter"
        | "tab"
        | "backspace"
        | "escape"
        | "up"
        | "down"
        | "left"
        | "right"
        | "pageUp"
        | "pageDown"
        | "home"
        | "end"
        | "interrupt";
    };

/** What Ink's `useInput` tells of a key, as far as it is used here. */
export interface InkKey {
  return: boolean;
  tab: boolean;
  backspace: boolean;
  delete: boolean;
  escape: boolean;
  upArrow: boolean;
  downArrow: boolean;
  leftArrow: boolean;
  rightArrow: boolean;
  pageUp: boolean;
  pageDown: boolean;
  home?: boolean;
  end?: boolean;
  ctrl: boolean;
  meta: boolean;
}

/** The keys behind one chunk of input, in order: fast typing and pasting arrive as several characters at once. */
export function keysOf(input: string, key: InkKey): Key[] {
  if (key.ctrl) return input === "c" ? [{ name: "interrupt" }] : [];
  const special = specialKey(key);
  if (special) return [special];
  if (key.meta) return [];
  const graphemes = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(input)];
  return graphemes.flatMap(({ segment }): Key[] => {
    if (/^(\r|\n|\r\n)$/.test(segment)) return [{ name: "enter" }];
    if (segment === "\t") return [{ name: "tab" }];
    if (segment === "\u007f" || segment === "\b") return [{ name: "backspace" }];
    return /^\p{Cc}/u.test(segment) ? [] : [{ name: "char", char: segment }];
  });
}

function specialKey(key: InkKey): Key | undefined {
  if (key.return) return { name: "enter" };
  if (key.tab) return { name: "tab" };
  // Terminals send DEL for the backspace key, which Ink calls delete.
  if (key.backspace || key.delete) return { name: "backspace" };
  if (key.escape) return { name: "escape" };
  if (key.upArrow) return { name: "up" };
  if (key.downArrow) return { name: "down" };
  if (key.leftArrow) return { name: "left" };
  if (key.rightArrow) return { name: "right" };
  if (key.pageUp) return { name: "pageUp" };
  if (key.pageDown) return { name: "pageDown" };
  if (key.home) return { name: "home" };
  if (key.end) return { name: "end" };
  return undefined;
}
