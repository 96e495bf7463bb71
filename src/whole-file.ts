import { rmSync } from "node:fs";
import { open, realpath, rename } from "node:fs/promises";

/** What this process is writing; it goes away where the process leaves meanwhile. */
const underWay = new Set<string>();
let begun = 0;

/**
 * Writes a file whole or not at all: beside its place, to the disk, then renamed. What stood there before stays until then. A link is followed.
 *
 * @param beside where it is written first; a name that nobody else has, when missing
 * @throws what the system answers: ENOSPC, EACCES, ENOENT, …
 */
export async function writeWhole(
  path: string,
  content: string | readonly Uint8Array[],
  beside?: string,
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = beside ?? `${target}.${process.pid}-${++begun}.tmp`;
  if (underWay.size === 0) process.once("exit", removeUnfinished);
  underWay.add(temporary);
  try {
    const file = await open(temporary, "w");
    try {
      // `writeFile` goes on where the system takes a part of it, `write` would not.
      for (const part of typeof content === "string" ? [content] : content) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    underWay.delete(temporary);
    if (underWay.size === 0) process.removeListener("exit", removeUnfinished);
  }
}

function removeUnfinished(): void {
  for (const path of underWay) rmSync(path, { force: true });
}
