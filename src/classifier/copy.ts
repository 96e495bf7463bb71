import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { cp, readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OutputError } from "../errors.js";
import { makeFolder } from "../folder.js";
import { OccupiedFolderError } from "./errors.js";

/**
 * Replaces a model folder in one step: `write` fills a temporary folder beside it, which is then renamed, so that an
 * earlier model stays whole until the new one is. What a process that was killed left beside it goes away.
 * @throws OccupiedFolderError, OutputError, and what `write` throws
 */
export async function replaceFolder(folder: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  const temporary = besideOf(target, "tmp", process.pid);
  // A write that is under way when the process leaves may put a file into the folder that is being removed.
  const removeTemporary = () => {
    if (existsSync(temporary)) rmSync(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  };
  process.once("exit", removeTemporary);
  try {
    clearUp(target);
    const occupied = existsSync(target) && (await readdir(target)).length > 0;
    if (occupied && !existsSync(join(target, "headstart.json"))) throw new OccupiedFolderError(folder);
    makeFolder(temporary);
    await write(temporary);
    swap(target, temporary, besideOf(target, "old", process.pid));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw new OutputError(folder, error);
    throw error;
  } finally {
    process.removeListener("exit", removeTemporary);
    removeTemporary();
  }
}

function besideOf(target: string, kind: "tmp" | "old", pid: number): string {
  return join(dirname(target), `.${basename(target)}.${kind}-${pid}`);
}

/** Two renames with nothing between them. */
function swap(target: string, temporary: string, former: string): void {
  if (existsSync(target)) renameSync(target, former);
  try {
    renameSync(temporary, target);
  } catch (error) {
    if (existsSync(former)) renameSync(former, target);
    throw error;
  }
  rmSync(former, { recursive: true, force: true });
}

/** Removes what killed processes left beside a folder, and puts back a model that one was about to replace. */
function clearUp(target: string): void {
  if (!existsSync(dirname(target))) return;
  const prefix = `.${basename(target)}.`;
  for (const name of readdirSync(dirname(target))) {
    const [, kind, pid] = /^(tmp|old)-(\d+)$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "") ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const left = join(dirname(target), name);
    if (kind === "old" && !existsSync(target)) renameSync(left, target);
    else rmSync(left, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Copies a model folder. @throws OccupiedFolderError, OutputError */
export function copyFolder(from: string, to: string): Promise<void> {
  return resolve(from) === resolve(to)
    ? Promise.resolve()
    : replaceFolder(to, (temporary) => cp(from, temporary, { recursive: true }));
}
