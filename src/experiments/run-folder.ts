import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OutputError } from "../errors.js";
import { makeFolder } from "../folder.js";
import { writeWhole } from "../whole-file.js";
import { NoRunFolderError, RunDiffersError } from "./errors.js";

/** What the results of a run depend on, and how it came about. */
export interface RunManifest {
  experiment: string;
  /** Everything that decides the result of a cell but the data; compared when a run is resumed. */
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
 * Begins a run folder, or opens one that was begun with the same data, options and versions. `manifest.json` is written once; `plan.json`
 * lists the cells of the last command, which may have more than those before.
 * @throws RunDiffersError, NoRunFolderError, OutputError
 */
export async function openRunFolder(folder: string, manifest: RunManifest, cells: readonly Cell[]): Promise<void> {
  const path = join(folder, "manifest.json");
  const isBegun = existsSync(path);
  if (isBegun) requireSame(folder, await readManifest(folder), manifest);
  try {
    const stray = !isBegun && existsSync(folder) && (await readdir(folder)).find((name) => !ownFiles.test(name));
    if (stray) throw new NoRunFolderError(folder, `holds ${stray}, but no run of an experiment`);
    makeFolder(folder);
    const plan = join(folder, "plan.json");
    const text = asText({ cells });
    if (!existsSync(plan) || (await readFile(plan, "utf8")) !== text) await writeWhole(plan, text);
    if (!isBegun) await writeWhole(path, asText(manifest));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw new OutputError(folder, error);
    throw error;
  }
}

function asText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function readManifest(folder: string): Promise<RunManifest> {
  try {
    return JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
  } catch (error) {
    throw new NoRunFolderError(folder, `manifest.json is damaged (${(error as Error).message})`);
  }
}

function requireSame(folder: string, before: RunManifest, now: RunManifest): void {
  const require = (what: string, then: unknown, given: unknown) => {
    if (JSON.stringify(then) !== JSON.stringify(given)) {
      throw new RunDiffersError(folder, what, then, given, before.command);
    }
  };
  require("experiment", before.experiment, now.experiment);
  for (const role of namesOf(before.data, now.data)) {
    require(`${role} data`, factsOf(before.data[role]), factsOf(now.data[role]));
  }
  for (const name of namesOf(before.options, now.options)) require(name, before.options[name], now.options[name]);
  require("version", before.versions, now.versions);
}

function namesOf(a: object, b: object): Set<string> {
  return new Set([...Object.keys(a), ...Object.keys(b)]);
}

/** Of rows: what decides a result, and how many there are; not what their file is called. */
function factsOf(data: RunManifest["data"][string] | undefined) {
  return data && { rows: data.rows, sha256: data.fingerprint.slice(0, 12) };
}
