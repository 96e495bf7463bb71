import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { OutputError } from "../errors.js";
import { makeFolder } from "../folder.js";
import { writeWhole } from "../whole-file.js";
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
      if (replace || !existsSync(join(folder, name))) await write(folder, name, bytes);
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
async function write(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  const hidden = join(folder, `.${name}.${hostname()}.${process.pid}`);
  await writeWhole(path, [bytes], hidden).catch((error) => {
    throw new OutputError(path, error);
  });
}

async function removeLeftovers(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^\.(shard-|run\.json|split\.jsonl)/.test(name));
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}
