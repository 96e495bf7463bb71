/**
 * The base of every failure that a user can cause and mend. Anything else that is thrown is a bug.
 *
 * A subclass takes facts and writes the sentence: what was found, what is allowed, what to do. `code` names the
 * kind of failure for programs and for `docs/errors.md`, which has a section for each code.
 */
export abstract class HeadstartError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A command or an option was not understood; the command line exits with 2. */
export class UsageError extends HeadstartError {
  readonly code = "USAGE";
}

/** An option of the library or of the command line holds a value that is not allowed. */
export class OptionError extends HeadstartError {
  readonly code = "OPTION";

  constructor(option: string, found: unknown, allowed: string) {
    super(`${option}: found ${JSON.stringify(found)}, expected ${allowed}.`);
  }
}

/** A file or folder could not be written, for instance because no space is left. */
export class OutputError extends HeadstartError {
  readonly code = "OUTPUT";

  constructor(path: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOSPC: "no space is left on the device. Free some, or choose another place",
      EACCES: "permission denied. Choose a place that you may write to",
      EROFS: "the file system is read-only. Choose another place",
      ENOTDIR: "a part of the path is a file, not a folder",
      ENOENT: "its folder does not exist. Create it first",
    };
    super(`${path}: cannot be written: ${reasons[code ?? ""] ?? message}. What stood there before is unchanged.`, {
      cause,
    });
  }
}
