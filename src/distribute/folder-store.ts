import { existsSync } from "node:fs";
import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { OutputError } from "../errors.js";
import { makeFolder } from "../folder.js";
import type { ShardStore } from "./store.js";

/** A folder, on a disk that the hosts share unless there is one host. */
export function folderStore(folder: string): ShardStore {
  return {
    name: folder,
    address: resolve(folder),
    prepare: () => prepare(folder),
    list: async () => {
      const names = existsSync(folder) ? await readdir(folder) : [];
      return new Set(names.filter((name) => !name.startsWith(".")));
    },
    has: async (name) => existsSync(join(folder, name)),
    read: async (name) => (existsSync(join(folder, name)) ? readFile(join(folder, name)) : undefined),
    write: async (name, bytes, { replace = false } = {}) => {
      if (replace || !existsSync(join(folder, name))) await writeWhole(folder, name, bytes);
    },
    tidy: () => removeLeftovers(folder),
  };
}

async function prepare(folder: string): Promise<void> {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new OutputError(folder, error);
  }
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

async function removeLeftovers(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^\.(shard-|run\.json|split\.jsonl)/.test(name));
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}
