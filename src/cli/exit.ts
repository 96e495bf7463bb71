import { CommanderError } from "commander";
import { HeadstartError, UsageError } from "../errors.js";

const EXPECTED = 1;
const USAGE = 2;
const BUG = 70;

/** Tells the user on stderr what went wrong. @returns the exit code: 0 help, 1 expected failure, 2 wrong usage, 70 a bug. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof HeadstartError) {
    process.stderr.write(`error: ${error.message} (${error.code})\n`);
    return error instanceof UsageError ? USAGE : EXPECTED;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`This is a bug in headstart. Please report it with the lines below.\n${stack}\n`);
  return BUG;
}
