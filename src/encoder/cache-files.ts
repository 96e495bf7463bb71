import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";

const databaseFile = "features.mdb";
/** Holds the bytes that the database had when a process closed it; it never shrinks. */
const sizeFile = "features.size";
/** LMDB's mark, within the first bytes of its file. */
const magic = Buffer.from([0xde, 0xc0, 0xef, 0xbe]);
/** Above this the least recently used encoders' features are removed. */
const largestSizeBytes = 4e9;

/** @throws Error where the file is none of LMDB's, was cut or cannot be opened: LMDB itself would take the process down. */
export function openDatabase(folder: string): RootDatabase<Uint8Array, Uint8Array> {
  const path = join(folder, databaseFile);
  requireWhole(folder, path);
  // With overlappingSync LMDB takes the death of a process that is syncing for one of its own transactions: MDB_PANIC.
  return open({ path, keyEncoding: "binary", encoding: "binary", overlappingSync: false });
}

function requireWhole(folder: string, path: string): void {
  const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const known = existsSync(join(folder, sizeFile)) ? Number(readFileSync(join(folder, sizeFile), "utf8")) : 0;
  if (sizeBytes < known) throw new Error(`${sizeBytes} bytes are left of ${known}`);
  if (sizeBytes > 0 && !startOf(path).includes(magic)) throw new Error("no database of LMDB");
}

function startOf(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(64);
    readSync(file, bytes, 0, bytes.length, 0);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Closes the database, and notes how long its file is. */
export async function closeDatabase(database: RootDatabase<Uint8Array, Uint8Array>, folder: string): Promise<void> {
  await database.close();
  const size = statSync(join(folder, databaseFile), { throwIfNoEntry: false })?.size;
  if (size !== undefined) writeFileSync(join(folder, sizeFile), `${size}`);
}

/**
 * Empties a folder. Its database and lock go away together, under another name first, so that a process that has them open goes on with
 * them and one that opens the folder meanwhile finds both or neither.
 */
export function setAside(folder: string): void {
  const aside = `${folder}.damaged-${process.pid}`;
  rmSync(aside, { recursive: true, force: true });
  renameSync(folder, aside);
  mkdirSync(folder);
  rmSync(aside, { recursive: true, force: true });
}

/** Removes the features of the encoders that were not used for longest, down to 4 GB in all. */
export function removeOldest(all: string, current: string): void {
  const folders = readdirSync(all)
    .map((name) => join(all, name))
    .filter((folder) => folder !== current)
    .map((folder) => ({ folder, ...usage(folder) }))
    .sort((a, b) => b.usedMs - a.usedMs);
  let total = 0;
  for (const { folder, sizeBytes } of folders) {
    total += sizeBytes;
    if (total > largestSizeBytes) rmSync(folder, { recursive: true, force: true });
  }
}

function usage(folder: string): { sizeBytes: number; usedMs: number } {
  const files = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
  const stats = files.flatMap((name) => statSync(join(folder, name), { throwIfNoEntry: false }) ?? []);
  return {
    sizeBytes: stats.reduce((sum, file) => sum + file.size, 0),
    usedMs: Math.max(0, ...stats.map((file) => file.mtimeMs)),
  };
}
