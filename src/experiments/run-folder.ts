import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { OutputError } from "../errors.js";
import { NoRunFolderError, RunDiffersError } from "./errors.js";

/** What the results of a run depend on, and how it came about. */
export interface RunManifest {
  experiment: string;
  /** Everything that decides a result but the data; compared when a run is resumed. */
  options: Record<string, unknown>;
  /** Data by role, such as `train` and `test`. */
  data: Record<string, { name: string; fingerprint: string; rows: number }>;
  versions: Record<string, string>;
  command?: string;
  createdAt?: string;
}

/** A cell of an experiment: one training, or one measurement. */
export interface Cell {
  /** Stable: names what is done. */
  id: string;
}

/** Files of a run, and those that another process is just writing. */
const ownFiles = /^(manifest\.json|plan\.json|cells\.jsonl|claims)/;

/**
 * Begins a run folder, or opens one that was begun with the same data, options and versions. `manifest.json` is written once, `plan.json`
 * lists the cells.
 * @throws RunDiffersError, NoRunFolderError, OutputError
 */
export async function openRunFolder(folder: string, manifest: RunManifest, cells: readonly Cell[]): Promise<void> {
  const path = join(folder, "manifest.json");
  if (existsSync(path)) return requireSame(folder, await readManifest(folder), manifest);
  try {
    const stray = existsSync(folder) && (await readdir(folder)).find((name) => !ownFiles.test(name));
    if (stray) throw new NoRunFolderError(folder, `holds ${stray}, but no run of an experiment`);
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(join(folder, "plan.json"), `${JSON.stringify({ cells }, null, 2)}\n`);
    await writeFileAtomic(path, `${JSON.stringify(manifest, null, 2)}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw new OutputError(folder, error);
    throw error;
  }
}

async function readManifest(folder: string): Promise<RunManifest> {
  try {
    return JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
  } catch (error) {
    throw new NoRunFolderError(folder, `manifest.json is damaged (${(error as Error).message})`);
  }
}

function requireSame(folder: string, before: RunManifest, now: RunManifest): void {
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  if (before.experiment !== now.experiment) {
    throw new RunDiffersError(folder, "experiment", before.experiment, now.experiment);
  }
  for (const role of new Set([...Object.keys(before.data), ...Object.keys(now.data)])) {
    const [then, given] = [before.data[role], now.data[role]];
    if (then?.fingerprint === given?.fingerprint) continue;
    const facts = (data: typeof then) =>
      data && { name: data.name, rows: data.rows, sha256: data.fingerprint.slice(0, 12) };
    throw new RunDiffersError(folder, `${role} data`, facts(then), facts(given));
  }
  const options = new Set([...Object.keys(before.options), ...Object.keys(now.options)]);
  for (const name of options) {
    if (!isSame(before.options[name], now.options[name])) {
      throw new RunDiffersError(folder, name, before.options[name], now.options[name]);
    }
  }
  if (!isSame(before.versions, now.versions))
    throw new RunDiffersError(folder, "version", before.versions, now.versions);
}
