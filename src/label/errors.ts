import { quote } from "../data/wording.js";
import { HeadstartError } from "../errors.js";

/** The answers beside an output file are those of other texts, or of another way to label. */
export class OtherJournalError extends HeadstartError {
  readonly code = "JOURNAL_OTHER";

  constructor(path: string, what: string, found: string, expected: string) {
    super(
      `${path}: holds the answers to ${what} ${found}, found now: ${expected}. ` +
        "Give the data and options that it was begun with, or another --out.",
    );
  }
}

/** A line of the answers on disk cannot be read, and it is not the last one, which a kill may cut short. */
export class DamagedJournalError extends HeadstartError {
  readonly code = "JOURNAL_DAMAGED";

  constructor(path: string, line: number, found: string) {
    super(
      `${path}:${line}: not an answer: ${quote(found)}. Something other than headstart has written here: ` +
        "restore the file, or remove this line to do without what it said.",
    );
  }
}

/** Another session is writing answers to the same file. */
export class JournalInUseError extends HeadstartError {
  readonly code = "JOURNAL_IN_USE";

  constructor(path: string, holder: { pid: number; host: string }, isHere: boolean, lock: string) {
    const where = isHere ? "on this machine" : `on ${holder.host}`;
    const remedy = isHere ? "" : ` If it has ended without saying so, remove ${lock}.`;
    super(
      `${path}: process ${holder.pid} ${where} is asking and keeps its answers here. Quit it first, or give another --out; ` +
        `for two people, \`label --share\` gives each a part.${remedy}`,
    );
  }
}

/** Nothing is left to ask. */
export class NothingToLabelError extends HeadstartError {
  readonly code = "NOTHING_TO_LABEL";

  constructor(name: string, rows: number) {
    super(`${name}: all ${rows.toLocaleString("en-US")} rows have a label or an empty text. Nothing is left to ask.`);
  }
}

/** Files that are to be merged do not fit together. */
export class MergeError extends HeadstartError {
  readonly code = "LABEL_MERGE";

  constructor(path: string, problem: string) {
    super(`${path}: cannot be merged: ${problem}.`);
  }
}

/** The process that proposes labels ended. */
export class ModelFailedError extends HeadstartError {
  readonly code = "LABEL_MODEL";

  constructor(problem: string) {
    super(`The model that chooses what to ask stopped: ${problem}`);
  }
}
