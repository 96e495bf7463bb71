import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { JournalInUseError } from "./errors.js";

/** The process that holds a lock. */
export interface LockHolder {
  pid: number;
  host: string;
  /** When the process began, in ticks since the machine did, where the system says it: numbers of processes come again. */
  began?: string;
}

/**
 * Keeps a journal for this process alone, by a file that only one process can create. The lock of a process that was killed, on this machine, is
 * taken over; of a process on another machine nothing can be known, and its lock stays.
 *
 * @returns gives the journal free
 * @throws JournalInUseError
 */
export function lockJournal(journal: string): () => void {
  const path = lockPath(journal);
  const own: LockHolder = { pid: process.pid, host: hostname(), began: statusOf(process.pid)?.began };
  requireUnlocked(journal);
  rmSync(path, { force: true });
  try {
    writeFileSync(path, JSON.stringify(own), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") requireUnlocked(journal); // another was quicker
    throw error;
  }
  return () => {
    if (holderOf(path)?.pid === own.pid) rmSync(path, { force: true });
  };
}

/** @throws JournalInUseError where another process has the journal open, or may have */
export function requireUnlocked(journal: string): void {
  const holder = holderOf(lockPath(journal));
  if (!holder) return;
  const isHere = holder.host === hostname();
  if (!isHere || isRunning(holder)) throw new JournalInUseError(journal, holder, isHere, lockPath(journal));
}

function lockPath(journal: string): string {
  return `${journal}.lock`;
}

/** Undefined where there is no lock, or one that a kill cut short. */
function holderOf(path: string): LockHolder | undefined {
  try {
    const { pid, host, began } = JSON.parse(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && typeof host === "string" ? { pid, host, began } : undefined;
  } catch {
    return undefined;
  }
}

function isRunning({ pid, began }: LockHolder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // another person's
  }
  const found = statusOf(pid);
  return !found || (found.state !== "Z" && found.began === began); // Z: killed, and its parent does not know yet
}

/** Fields 3 and 22 of /proc/<pid>/stat; the name of the program before them may hold spaces. Undefined where there is no such file. */
function statusOf(pid: number): { state: string; began: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0], began: fields[19] };
  } catch {
    return undefined;
  }
}
