/**
 * Runs the console sessions of docs/guides and writes what they print into the text.
 *
 *   npm run build && npx tsx scripts/guides.ts [name…]     (a minute)
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guides, prepare, run, stepsOf, withPrinted } from "./guide-console.js";

const wanted = process.argv.slice(2);
for (const name of guides.filter((guide) => wanted.length === 0 || wanted.includes(guide))) {
  const path = `docs/guides/${name}.md`;
  const folder = mkdtempSync(join(tmpdir(), "headstart-guide-"));
  prepare(folder);
  const text = readFileSync(path, "utf8");
  const printed = stepsOf(text).map(({ command }) => run(command, folder));
  writeFileSync(path, withPrinted(text, printed));
  rmSync(folder, { recursive: true });
}
