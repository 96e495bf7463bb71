import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../folder.js";

/** A claim whose holder has not been heard of for so long is up for grabs. */
const STALE_MS = 60_000;
const HEARTBEAT_MS = 5_000;

/** The right to run one cell, until `release`. */
export interface Claim {
  release(): Promise<void>;
}

/**
 * Claims for cells of a run folder that several processes share: one lock file a cell, created exclusively, with the holder's
 * process id; its time of change is the holder's heartbeat. Times are compared with each other as the folder's file
 * system gives them, so that clocks need not agree.
 */
export class Claims {
  readonly #folder: string;
  readonly #token = randomUUID();

  constructor(
    runFolder: string,
    readonly staleMs = STALE_MS,
  ) {
    this.#folder = join(runFolder, "claims");
  }

  /** @returns undefined where another process is at work on the cell. */
  async take(cell: string): Promise<Claim | undefined> {
    makeFolder(this.#folder);
    const path = join(this.#folder, `${createHash("sha256").update(cell).digest("hex").slice(0, 24)}.lock`);
    const file = (await this.#create(path)) ?? (await this.#takeOver(path));
    if (!file) return undefined;
    // A lock that was taken over is another file by now: this one is written to in vain, and the cell is run twice, to the same result.
    const heartbeat = setInterval(() => this.#sign(file).catch(() => {}), HEARTBEAT_MS);
    heartbeat.unref();
    return {
      release: async () => {
        clearInterval(heartbeat);
        await file.close();
        await rm(path, { force: true });
      },
    };
  }

  async #create(path: string): Promise<FileHandle | undefined> {
    try {
      const file = await open(path, "wx");
      await this.#sign(file);
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
      throw error;
    }
  }

  async #sign(file: FileHandle): Promise<void> {
    await file.write(JSON.stringify({ pid: process.pid, host: hostname() }), 0);
  }

  /** Moves a stale lock aside, which only one process can do, and creates a new one. */
  async #takeOver(path: string): Promise<FileHandle | undefined> {
    if (!(await this.#isStale(path))) return undefined;
    const aside = `${path}.${this.#token}`;
    try {
      await rename(path, aside);
    } catch {
      return undefined; // somebody was faster
    }
    await rm(aside, { force: true });
    return this.#create(path);
  }

  async #isStale(path: string): Promise<boolean> {
    try {
      const { pid, host } = JSON.parse(await readFile(path, "utf8"));
      if (host === hostname() && !isAlive(pid)) return true;
    } catch {
      // Being written just now, or its holder died while it wrote: its age decides.
    }
    const clock = join(this.#folder, `clock.${this.#token}`);
    await writeFile(clock, "");
    const times = await Promise.all([stat(clock), stat(path).catch(() => undefined)]);
    await rm(clock, { force: true });
    return times[1] !== undefined && times[0].mtimeMs - times[1].mtimeMs > this.staleMs;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
