import type { Key } from "./keys.js";
import type { PromptView } from "./view.js";

/** What typing in a prompt has come to. */
export type PromptOutcome =
  | { state: "open"; prompt: Prompt }
  | { state: "cancelled" }
  /** `option`: the place of the chosen option among all that were given; undefined for free text. */
  | { state: "entered"; value: string; option?: number };

/** A line to type: free text, or a part of one of several options. Holds no other state; every key gives a new one. */
export class Prompt {
  #matches: number[] | undefined;

  /** @param allowsFree whether what is typed counts by itself, or has to choose an option */
  constructor(
    readonly title: string,
    readonly options: readonly string[] = [],
    readonly allowsFree = options.length === 0,
    readonly value = "",
    readonly at = 0,
  ) {}

  /** The options that what was typed is part of, whatever its case; those that begin with it first. */
  get matches(): number[] {
    this.#matches ??= this.#search();
    return this.#matches;
  }

  #search(): number[] {
    const typed = this.value.trim().toLowerCase();
    const found = [...this.options.keys()].filter((i) => this.options[i].toLowerCase().includes(typed));
    const begins = (i: number) => this.options[i].toLowerCase().startsWith(typed);
    return found.sort((a, b) => Number(begins(b)) - Number(begins(a)) || a - b);
  }

  get view(): PromptView {
    const { title, value, matches } = this;
    const at = matches.length === 0 ? -1 : Math.min(this.at, matches.length - 1);
    return { title, value, options: matches.map((i) => this.options[i]), at };
  }

  press(key: Key): PromptOutcome {
    if (key.name === "escape" || key.name === "interrupt") return { state: "cancelled" };
    if (key.name === "enter") return this.#enter();
    if (key.name === "char") return this.#with(this.value + key.char, 0);
    if (key.name === "backspace") return this.#with(withoutLast(this.value), 0);
    if (key.name === "up") return this.#with(this.value, Math.max(0, this.view.at - 1));
    if (key.name === "down") return this.#with(this.value, Math.min(this.matches.length - 1, this.at + 1));
    return { state: "open", prompt: this };
  }

  #enter(): PromptOutcome {
    const { matches, at, value } = this;
    const option = matches[Math.min(at, matches.length - 1)];
    if (option !== undefined) return { state: "entered", value: this.options[option], option };
    return this.allowsFree ? { state: "entered", value: value.trim() } : { state: "open", prompt: this };
  }

  #with(value: string, at: number): PromptOutcome {
    return { state: "open", prompt: new Prompt(this.title, this.options, this.allowsFree, value, Math.max(0, at)) };
  }
}

/** A text without its last character, as a reader counts them. */
function withoutLast(text: string): string {
  const graphemes = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)];
  return graphemes
    .slice(0, -1)
    .map(({ segment }) => segment)
    .join("");
}
