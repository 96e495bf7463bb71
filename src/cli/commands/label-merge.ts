import { existsSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { FileMissingError } from "../../data/errors.js";
import { counted, quote } from "../../data/wording.js";
import { OutputError, UsageError } from "../../errors.js";
import { MergeError } from "../../label/errors.js";
import { writeMerged } from "../../label/labelled-file.js";
import { type Merged, mergeLabels } from "../../label/merge.js";
import { loadPool } from "../../label/pool.js";
import { writeWhole } from "../../whole-file.js";
import { requireOtherFile } from "../output-place.js";
import { print, printJson } from "../print.js";
import type { LabelOptions } from "./label.js";

const CONFLICTS_SHOWN = 10;

/** `headstart label --merge`. @throws UsageError, MergeError, OutputError and the errors of reading */
export async function labelMerge(files: readonly string[], options: LabelOptions): Promise<void> {
  const { out } = options;
  if (out === undefined) throw new UsageError("--merge needs --out <labelled.csv>: where to write the joined rows.");
  if (files.length < 2) throw new UsageError("--merge needs two files or more: --merge anna.csv ben.csv.");
  requireOtherFile("--out", out, files);
  for (const file of files) if (!existsSync(file)) throw new FileMissingError(file);
  const pools = await Promise.all(files.map((file) => loadPool(file, options)));
  for (const pool of pools) {
    if (pool.given.size === 0)
      throw new MergeError(pool.shape.name, `it has no labels in a column ${quote(pool.labelColumn)}`);
  }
  const merged = mergeLabels(pools);
  await writeMerged(out, pools, merged.rows);
  const conflictsFile = out.replace(/(\.[^./\\]+)?$/, "-conflicts.csv");
  if (merged.conflicts.length > 0) await writeConflicts(conflictsFile, files, merged);
  if (options.json) return printJson({ out, ...merged, rows: merged.rows.length });
  print(mergeText(merged, out, conflictsFile));
}

async function writeConflicts(path: string, files: readonly string[], { conflicts }: Merged): Promise<void> {
  const rows = conflicts.map(({ text, labels }) => [
    text,
    ...files.map((file) => labels.find((each) => each.file === file)?.labels.join("|") ?? ""),
  ]);
  await writeWhole(path, stringify([["text", ...files], ...rows])).catch((error) => {
    throw new OutputError(path, error);
  });
}

function mergeText(merged: Merged, out: string, conflictsFile: string): string {
  const lines = [`merged    ${counted(merged.rows.length, "row")} into ${out}`];
  for (const { files, shared, same, kappa } of merged.agreements) {
    lines.push(
      `agreement ${files.join(" and ")}: ${(100 * same).toFixed(1)}% of ${counted(shared, "text")} that both labelled, Cohen's kappa ${kappa.toFixed(2)}`,
    );
  }
  if (merged.conflicts.length === 0) return lines.join("\n");
  lines.push(`conflicts ${counted(merged.conflicts.length, "text")}, left out and listed in ${conflictsFile}:`);
  for (const { text, labels } of merged.conflicts.slice(0, CONFLICTS_SHOWN)) {
    lines.push(
      `  ${quote(text, 50)}  ${labels.map(({ file, labels: given }) => `${file}: ${given.join("|") || "none"}`).join(", ")}`,
    );
  }
  if (merged.conflicts.length > CONFLICTS_SHOWN) lines.push(`  and ${merged.conflicts.length - CONFLICTS_SHOWN} more`);
  return lines.join("\n");
}
