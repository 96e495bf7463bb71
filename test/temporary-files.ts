import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Temporary files of all tests, and of the programs that they start and kill, lie in one folder that goes away with the last of them. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "headstart-tests-"));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
