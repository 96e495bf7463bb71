import { rmSync } from "node:fs";
import { open, realpath, rename } from "node:fs/promises";

/** By this process. */
let written = 0;

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
  const temporary = beside ?? `${target}.${process.pid}-${++written}.tmp`;
  const remove = () => rmSync(temporary, { force: true });
  process.once("exit", remove);
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
    remove();
    throw error;
  } finally {
    process.removeListener("exit", remove);
  }
}
