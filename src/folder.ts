import { existsSync, mkdirSync, mkdtempSync, rmdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Makes a folder, and those that it lies in where they are missing. Unlike Node's own `recursive`, it returns where a system answers that a
 * folder which is there was not found, as Linux does for anything new under `/proc`.
 *
 * @throws what the system answers: ENOTDIR, EACCES, ENOENT, …
 */
export function makeFolder(folder: string): void {
  const above = dirname(folder);
  if (above !== folder && !existsSync(above)) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/**
 * Makes something in a folder and removes it again: permissions alone do not tell, for the super-user has all of them everywhere.
 *
 * @throws what the system answers where nothing can be made
 */
export function requireWritable(folder: string): void {
  rmdirSync(mkdtempSync(join(folder, ".headstart-")));
}

/** The same of a folder that may still have to be made: then of the nearest one above it. */
export function requireMakeable(folder: string): void {
  const above = dirname(folder);
  if (above === folder || existsSync(folder)) requireWritable(folder);
  else requireMakeable(above);
}
