import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { OutputError } from "../errors.js";
import { DamagedJournalError, OtherJournalError } from "./errors.js";
import { lockJournal } from "./lock.js";

/** One thing that was done. Rows are numbered from 0. */
export type LabelEvent =
  /** `also`: rows of equal or nearly equal text, which get the same. No labels: none applies, where a row may have several. */
  | { event: "label"; row: number; labels: readonly string[]; also?: readonly number[] }
  | { event: "skip"; row: number }
  | { event: "odd"; row: number }
  /** An empty note takes one away. */
  | { event: "note"; row: number; note: string }
  | { event: "add"; label: string }
  | { event: "rename"; label: string; to: string }
  | { event: "merge"; label: string; into: string }
  /** Takes back the last event that is not taken back yet. */
  | { event: "undo" };

/** The first line: what the answers belong to. */
export interface JournalHead {
  event: "begin";
  schema: 1;
  /** SHA-256 of the texts in order. */
  texts: string;
  rows: number;
  multiLabel: boolean;
  /** The labels at the beginning, in the order of their keys. */
  labels: readonly string[];
}

/** What stands in a journal. */
export interface KeptAnswers {
  head: JournalHead;
  /** What earlier sessions did. */
  events: readonly LabelEvent[];
}

/**
 * Everything that was done in a labelling session, a line of JSON each. `append` returns when the line is on the disk, so that
 * a kill at any moment loses nothing; a line that it cuts short was never acknowledged and is dropped. One process at a time has it open.
 */
export class LabelJournal implements KeptAnswers {
  readonly #file: number;

  private constructor(
    readonly path: string,
    readonly head: JournalHead,
    readonly events: readonly LabelEvent[],
    readonly unlock: () => void,
  ) {
    this.#file = openSync(path, "a");
  }

  /**
   * Begins a journal, or goes on with the one that is there.
   * @throws JournalInUseError, OtherJournalError, DamagedJournalError, OutputError
   */
  static open(path: string, head: JournalHead): LabelJournal {
    let unlock = () => {};
    try {
      unlock = lockJournal(path);
      const { head: found, events, length } = linesOf(path, head);
      cutTo(path, length);
      const journal = new LabelJournal(path, found ?? head, events, unlock);
      if (!found) {
        journal.#write(head);
        syncFolder(dirname(path));
      }
      return journal;
    } catch (error) {
      unlock();
      throw (error as NodeJS.ErrnoException).syscall ? new OutputError(path, error) : error;
    }
  }

  /**
   * What stands in a journal, which another process may be writing meanwhile; nothing where there is none.
   * @throws OtherJournalError, DamagedJournalError
   */
  static read(path: string, head: JournalHead): KeptAnswers {
    const { head: found = head, events } = linesOf(path, head);
    return { head: found, events };
  }

  /** @throws OutputError */
  append(event: LabelEvent): void {
    try {
      this.#write(event);
    } catch (error) {
      throw new OutputError(this.path, error);
    }
  }

  close(): void {
    closeSync(this.#file);
    this.unlock();
  }

  #write(line: JournalHead | LabelEvent): void {
    writeFileSync(this.#file, `${JSON.stringify(line)}\n`); // goes on after a part, where writeSync returns
    fsyncSync(this.#file);
  }
}

/** The whole lines of a journal, and how long they are: a kill may have left a part of another. @throws DamagedJournalError, OtherJournalError */
function linesOf(path: string, head: JournalHead): Partial<KeptAnswers> & { events: LabelEvent[]; length: number } {
  if (!existsSync(path)) return { events: [], length: 0 };
  const bytes = readFileSync(path);
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
  const lines = whole.toString("utf8").split("\n").slice(0, -1);
  const [found, ...events] = lines.map((line, i) => parse(path, i + 1, line)) as [JournalHead?, ...LabelEvent[]];
  if (found) requireSame(path, found, head);
  return { head: found, events, length: whole.length };
}

const kinds = new Set(["label", "skip", "odd", "note", "add", "rename", "merge", "undo"]);

function parse(path: string, at: number, line: string): JournalHead | LabelEvent {
  try {
    const value = JSON.parse(line);
    if (at === 1 ? value.event === "begin" && value.schema === 1 : kinds.has(value.event)) return value;
  } catch {
    // Told below, as what is JSON and no event.
  }
  throw new DamagedJournalError(path, at, line);
}

function cutTo(path: string, length: number): void {
  if (!existsSync(path) || statSync(path).size === length) return;
  const file = openSync(path, "r+");
  ftruncateSync(file, length);
  closeSync(file);
}

/** Puts the name of a new file on the disk as well. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, "r");
    fsyncSync(folder);
    closeSync(folder);
  } catch {
    // Windows opens no folders, and keeps names by itself.
  }
}

function requireSame(path: string, found: JournalHead, head: JournalHead): void {
  if (found.texts !== head.texts) {
    const said = ({ rows, texts }: JournalHead) => `${rows} (${texts.slice(0, 12)})`;
    throw new OtherJournalError(path, "texts, of which there are", said(found), said(head));
  }
  const kind = ({ multiLabel }: JournalHead) => (multiLabel ? "several labels" : "one label");
  if (found.multiLabel !== head.multiLabel) throw new OtherJournalError(path, "rows with", kind(found), kind(head));
}
