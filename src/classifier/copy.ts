import { existsSync } from "node:fs";
import { cp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { OutputError } from "../errors.js";
import { OccupiedFolderError } from "./errors.js";

/**
 * Replaces a model folder in one step: `write` fills a temporary folder beside it, which is then renamed, so that an
 * earlier model stays whole until the new one is.
 * @throws OccupiedFolderError, OutputError, and what `write` throws
 */
export async function replaceFolder(folder: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  const temporary = join(dirname(target), `.${target.split(/[\\/]/).at(-1)}.tmp-${process.pid}`);
  try {
    const occupied = existsSync(target) && (await readdir(target)).length > 0;
    if (occupied && !existsSync(join(target, "headstart.json"))) throw new OccupiedFolderError(folder);
    await write(temporary);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw new OutputError(folder, error);
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Copies a model folder. @throws OccupiedFolderError, OutputError */
export function copyFolder(from: string, to: string): Promise<void> {
  return resolve(from) === resolve(to)
    ? Promise.resolve()
    : replaceFolder(to, (temporary) => cp(from, temporary, { recursive: true }));
}
