import type { Key } from "../terminal/keys.js";
import { Prompt, type PromptOutcome } from "../terminal/prompt.js";
import type { LabelEvent } from "./journal.js";
import { likeNameOf, nameProblem } from "./label-names.js";
import type { Homework, Lesson, Proposal } from "./lesson.js";
import { type Beginning, type LabelState, replay } from "./state.js";

/** What a session is about. */
export interface SessionSubject {
  /** The file's name. */
  name: string;
  /** [N] */
  texts: readonly string[];
  /** [N], rows of equal text have the same number; see `duplicateGroups`. */
  groups: Int32Array;
  multiLabel: boolean;
  beginning: Beginning;
  /** What earlier sessions did. */
  events: readonly LabelEvent[];
  /** The rows that may be asked, in the order in which they are where there is no model: a share of all, or the suspects of an audit. */
  order: readonly number[];
  /** Why rows are asked that had a label already, by row: the label that they have and what speaks against it. */
  remarks?: ReadonlyMap<number, { given: readonly string[]; reason: string }>;
  /** Descriptions of labels by name, for the model. */
  descriptions?: ReadonlyMap<string, string>;
  /** Keeps an event, at once and for good. */
  append(event: LabelEvent): void;
}

/** The keys of labels, in the order of the labels. All other keys of a session are signs and capitals. */
export const labelKeys = [..."123456789abcdefghijklmnopqrstuvwxyz"];

/**
 * A labelling session without its terminal: keys go in, events come out, and `viewOf` says what is to be seen. The model is told
 * nothing and asked nothing here: whoever runs the session hands `homework` on and brings lessons back.
 */
export class LabelSession {
  state!: LabelState;
  /** The row that is asked; undefined when nothing is left. */
  row: number | undefined;
  lesson: Lesson | undefined;
  /** Where a text may have several labels: those marked so far; undefined while they are the proposed ones. */
  marks: ReadonlySet<string> | undefined;
  prompt: Prompt | undefined;
  isHelpOpen = false;
  isOver = false;
  /** Why there is no model any more. */
  problem: string | undefined;
  /** What was just done, in words. */
  done = "";
  /** Rows that may still be asked. */
  open = 0;
  /** [N], 1 where there is nothing to read. */
  readonly #isBlank: Uint8Array;
  #events: LabelEvent[];
  #entered: ((outcome: PromptOutcome & { state: "entered" }) => void) | undefined;

  constructor(readonly subject: SessionSubject) {
    this.#isBlank = Uint8Array.from(subject.texts, (text) => (/\S/.test(text) ? 0 : 1));
    this.#events = [...subject.events];
    this.#replay();
    this.row = this.#next();
    if (this.state.labels.length === 0) this.#addLabel();
  }

  /** What the model is to learn from. */
  get homework(): Homework {
    const { labels, answers, skipped, odd, copies } = this.state;
    const places = new Map(labels.map((label, k) => [label, k]));
    return {
      labels,
      descriptions: labels.map((label) => this.subject.descriptions?.get(label) ?? label),
      answers: [...answers]
        .filter(([row]) => !copies.has(row))
        .map(([row, given]) => [row, given.flatMap((label) => places.get(label) ?? [])] as const),
      closed: [...skipped, ...odd, ...copies],
      focus: this.row,
    };
  }

  /** Takes in what the model has learnt; the text on the screen stays. */
  learn(lesson: Lesson): void {
    this.lesson = lesson;
    if (this.row === undefined) this.row = this.#next();
  }

  /** The proposal for the row that is asked, where the model has one for the labels as they are now. */
  get proposal(): (Proposal & { labels: readonly string[] }) | undefined {
    const found = this.lesson?.proposals.find(({ row }) => row === this.row);
    return found && { ...found, labels: this.lesson!.labels };
  }

  /** The labels that Enter takes. */
  get proposed(): readonly string[] {
    const { proposal, lesson } = this;
    if (!proposal || proposal.labels.length === 0) return [];
    const current = (label: string) => this.state.labels.includes(label);
    if (this.subject.multiLabel) {
      return proposal.labels.filter(
        (label, k) => current(label) && proposal.shares[k] >= (lesson?.thresholds?.[k] ?? 0.5),
      );
    }
    const best = proposal.shares.indexOf(Math.max(...proposal.shares));
    return proposal.labels.slice(best, best + 1).filter(current);
  }

  press(key: Key): void {
    if (this.isHelpOpen) this.isHelpOpen = false;
    else if (this.prompt) this.#type(key);
    else if (key.name === "interrupt" || (key.name === "char" && key.char === "Q")) this.isOver = true;
    else if (key.name === "backspace") this.#undo();
    else if (key.name === "char") this.#pressChar(key.char);
    else if (this.row === undefined) return;
    else if (key.name === "enter") this.#accept();
    else if (key.name === "tab") this.#ask(this.#labelPrompt("label:"), ({ value }) => this.#choose(value));
  }

  #pressChar(char: string): void {
    const { row } = this;
    const label = this.state.labels[labelKeys.indexOf(char)];
    if (char === "?") this.isHelpOpen = true;
    else if (char === "+") this.#addLabel();
    else if (char === "=") this.#renameLabel();
    else if (char === "&") this.#mergeLabels();
    else if (char === "/") this.#search();
    else if (row === undefined) return;
    else if (label !== undefined) this.#choose(label);
    else if (char === " ") this.#step({ event: "skip", row }, "skipped");
    else if (char === "!") this.#step({ event: "odd", row }, "marked as odd: none of the labels fits");
    else if (char === ";") this.#writeNote(row);
    else this.done = `${char} is no key: ? shows them all`;
  }

  #choose(label: string): void {
    if (!this.subject.multiLabel) {
      this.#answer([label]);
      return;
    }
    const marks = new Set(this.marks ?? this.proposed);
    if (!marks.delete(label)) marks.add(label);
    this.marks = marks;
  }

  #accept(): void {
    const { multiLabel } = this.subject;
    const marked = this.marks ?? new Set(this.proposed);
    if (multiLabel && (this.marks || this.proposal)) this.#answer(this.state.labels.filter((name) => marked.has(name)));
    else if (!multiLabel && this.proposed.length > 0) this.#answer(this.proposed);
    else this.done = "no proposal yet: press the key of a label";
  }

  #answer(labels: readonly string[]): void {
    const row = this.row!;
    const { groups, texts } = this.subject;
    const equal = [...groups.keys()].filter((other) => groups[other] === groups[row]);
    const alike = (this.proposal?.alike ?? []).filter((other) => this.#isOpen(other));
    const also = [...new Set([...equal, ...alike])].filter((other) => other !== row).sort((a, b) => a - b);
    const copied = also.length === 0 ? "" : ` (and ${also.length} alike)`;
    const said = labels.length === 0 ? "no label" : labels.join(" | ");
    this.#step(
      { event: "label", row, labels, ...(also.length > 0 && { also }) },
      `${quoted(texts[row])} is ${said}${copied}`,
    );
  }

  /** Keeps an event that answers the row, and goes on to the next. */
  #step(event: LabelEvent, done: string): void {
    this.#keep(event, done);
    this.marks = undefined;
    this.row = this.#next();
  }

  #keep(event: LabelEvent, done: string): void {
    this.subject.append(event);
    this.#events.push(event);
    this.#replay();
    this.done = done;
  }

  #replay(): void {
    this.state = replay(this.subject.beginning, this.#events);
    this.open = this.subject.order.reduce((sum, row) => sum + (this.#isOpen(row) ? 1 : 0), 0);
  }

  #undo(): void {
    const last = this.state.done.at(-1);
    if (!last) {
      this.done = "nothing to take back";
      return;
    }
    this.#keep({ event: "undo" }, `taken back: ${describe(last)}`);
    this.marks = undefined;
    if ("row" in last) this.row = last.row;
  }

  #addLabel(): void {
    const title = this.state.labels.length === 0 ? "name of the first label:" : "name of the new label:";
    this.#ask(new Prompt(title), ({ value }) => {
      if (this.#isFree(value)) this.#keep({ event: "add", label: value }, `label added: ${value}`);
    });
  }

  #renameLabel(): void {
    this.#ask(this.#labelPrompt("rename which label?"), ({ value: label }) => {
      this.#ask(new Prompt(`new name of ${label}:`), ({ value: to }) => {
        if (this.#isFree(to, label)) this.#keep({ event: "rename", label, to }, `${label} is now called ${to}`);
      });
    });
  }

  #mergeLabels(): void {
    this.#ask(this.#labelPrompt("merge which label?"), ({ value: label }) => {
      const others = this.state.labels.filter((name) => name !== label);
      this.#ask(new Prompt(`merge ${label} into which?`, others, false), ({ value: into }) =>
        this.#keep({ event: "merge", label, into }, `${label} is now part of ${into}`),
      );
    });
  }

  /** @param renamed the label that is to have the name: it may differ from its old one by case alone */
  #isFree(name: string, renamed?: string): boolean {
    const others = this.state.labels.filter((label) => label !== renamed);
    const problem = nameProblem(name, others);
    if (problem === "empty") this.done = "a label needs a name";
    else if (problem === "pipe") this.done = "a name holds no |, which stands between several labels";
    else if (problem === "taken") this.done = `there is a label ${likeNameOf(name, others)} already: & merges two`;
    else if (name === renamed) this.done = `${name} is its name already`;
    return problem === undefined && name !== renamed;
  }

  #search(): void {
    this.#ask(new Prompt("find:", this.subject.texts, false), ({ option }) => {
      this.row = option;
      this.marks = undefined;
      this.done = "found";
    });
  }

  #writeNote(row: number): void {
    this.#ask(new Prompt("note:", [], true, this.state.notes.get(row) ?? ""), ({ value }) =>
      this.#keep({ event: "note", row, note: value }, value === "" ? "note taken away" : `noted: ${value}`),
    );
  }

  #labelPrompt(title: string): Prompt {
    return new Prompt(title, this.state.labels, false);
  }

  #ask(prompt: Prompt, entered: (outcome: PromptOutcome & { state: "entered" }) => void): void {
    this.prompt = prompt;
    this.#entered = entered;
  }

  #type(key: Key): void {
    const outcome = this.prompt!.press(key);
    this.prompt = outcome.state === "open" ? outcome.prompt : undefined;
    if (outcome.state === "entered") this.#entered?.(outcome);
  }

  #isOpen(row: number): boolean {
    const { answers, skipped, odd } = this.state;
    return !answers.has(row) && !skipped.has(row) && !odd.has(row) && this.#isBlank[row] === 0;
  }

  #next(): number | undefined {
    const asked = this.lesson?.proposals.find(({ row }) => this.#isOpen(row));
    return asked?.row ?? this.subject.order.find((row) => this.#isOpen(row));
  }
}

function describe(event: LabelEvent): string {
  if (event.event === "label") return `the label ${event.labels.join(" | ") || "none"}`;
  if (event.event === "add") return `the new label ${event.label}`;
  if (event.event === "rename") return `the new name of ${event.label}`;
  if (event.event === "merge") return `${event.label} into ${event.into}`;
  return { skip: "a skip", odd: "a mark as odd", note: "a note", undo: "an undo" }[event.event];
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The beginning of a text, in quotes. */
function quoted(text: string): string {
  const line = text.slice(0, 1000).replace(/\s+/g, " ").trim();
  const characters = Array.from(segmenter.segment(line.slice(0, 300)), ({ segment }) => segment);
  return `"${characters.length <= 30 ? line : `${characters.slice(0, 29).join("").trimEnd()}…`}"`;
}
