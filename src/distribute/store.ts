import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { OutputError } from "../errors.js";

/** Where the shards of a run are put: all its hosts can reach it. */
export interface ShardStore {
  /** As the user named it. */
  readonly name: string;
  /** What another process on this host, or on one with the same disks, finds it by. */
  readonly address: string;
  /** The names of what is there. */
  list(): Promise<Set<string>>;
  has(name: string): Promise<boolean>;
  read(name: string): Promise<Buffer | undefined>;
  /** Whole or not at all, whatever happens; what was there under the name is replaced. @throws OutputError */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** Makes a folder where it is not there. @throws OutputError */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new OutputError(folder, error);
  }
}

/** A folder, on a disk that the hosts share unless there is one host. */
export function folderStore(folder: string): ShardStore {
  return {
    name: folder,
    address: resolve(folder),
    list: async () => {
      const names = existsSync(folder) ? await readdir(folder) : [];
      return new Set(names.filter((name) => !name.startsWith(".")));
    },
    has: async (name) => existsSync(join(folder, name)),
    read: async (name) => (existsSync(join(folder, name)) ? readFile(join(folder, name)) : undefined),
    write: (name, bytes) => writeWhole(folder, name, bytes),
  };
}

/** By way of a hidden file, which no two processes share: the host is in its name as well. */
async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `.${name}.${hostname()}.${process.pid}`);
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw new OutputError(join(folder, name), error);
  }
}

/** Removes what killed workers left in a folder that is complete. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^\.(shard-|run\.json|split\.jsonl)/.test(name));
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}
