import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { OutputError, UsageError } from "../errors.js";
import { requireMakeable, requireWritable } from "../folder.js";

/** Where the answers to what is written to `out` are kept. */
export function journalOf(out: string): string {
  return `${out}.journal.jsonl`;
}

/**
 * Makes sure that no labels are lost by writing `out`: it is none of the files that are read, nor one that something else has written.
 *
 * @throws UsageError
 */
export function requireOwnOutput(option: string, out: string, inputs: readonly string[]): void {
  requireNewPlace(option, out, inputs);
  if (existsSync(out) && !existsSync(journalOf(out))) {
    throw new UsageError(
      `${option} ${out}: it exists, and was not written from answers that are kept (there is no ${journalOf(out)}). ` +
        `Give another ${option}; to go on from the labels in ${out}, name it as the data.`,
    );
  }
}

/**
 * Makes sure, before minutes are spent, that a file can stand where results are to be written.
 *
 * @throws UsageError where it is read; OutputError where its folder does not exist or may not be written to
 */
export function requireNewPlace(option: string, out: string, inputs: readonly string[]): void {
  requireOtherFile(option, out, inputs);
  requireFolderOf(out);
}

/** @throws OutputError where a file's folder does not exist or may not be written to */
export function requireFolderOf(out: string): void {
  orOutputError(out, () => requireWritable(dirname(out)));
}

/** @throws OutputError where a folder can neither be made nor replaced */
export function requirePlaceForFolder(out: string): void {
  orOutputError(out, () => requireMakeable(dirname(out)));
}

function orOutputError(out: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new OutputError(out, error);
  }
}

/** @throws UsageError where a file that is read would be overwritten */
export function requireOtherFile(option: string, out: string, inputs: readonly string[]): void {
  const found = statSync(out, { throwIfNoEntry: false });
  const isSame = (input: string) => {
    const other = statSync(input, { throwIfNoEntry: false });
    return found !== undefined && other !== undefined && found.dev === other.dev && found.ino === other.ino;
  };
  if (inputs.some(isSame)) {
    throw new UsageError(`${option} ${out}: it is read, and would be overwritten. Give another ${option}.`);
  }
}
