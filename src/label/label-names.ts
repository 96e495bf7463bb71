import { existsSync, readFileSync, statSync } from "node:fs";
import { FileIsFolderError, FileMissingError } from "../data/file-errors.js";
import { foldedForm } from "../data/trainable.js";
import { quote } from "../data/wording.js";
import { OptionError } from "../errors.js";

/** A label with what is embedded for it in place of its name. */
export interface NamedLabel {
  name: string;
  description?: string;
}

/**
 * The value of `--labels`: names after a comma each, or a file with a name a line; either may say `name: description`.
 *
 * @returns distinct names in order
 * @throws FileMissingError, FileIsFolderError, OptionError
 */
export function readLabelNames(value: string): NamedLabel[] {
  const parts = isPath(value)
    ? readFileSync(value, "utf8")
        .replace(/^\ufeff/, "")
        .split(/\r?\n/)
    : value.split(",");
  const labels = new Map<string, NamedLabel>();
  for (const part of parts) {
    const [name, ...rest] = part.split(":");
    if (name.trim() === "") continue;
    const description = rest.join(":").trim();
    const label = { name: name.trim(), ...(description !== "" && { description }) };
    const others = [...labels.keys()].filter((other) => other !== label.name);
    if (nameProblem(label.name, others))
      throw new OptionError("--labels", label.name, expectedName(label.name, others));
    labels.set(label.name, label);
  }
  return [...labels.values()];
}

/** What keeps a text from being the name of a label beside others; undefined where nothing does. */
export function nameProblem(name: string, others: readonly string[]): "empty" | "pipe" | "taken" | undefined {
  if (name === "") return "empty";
  if (name.includes("|")) return "pipe";
  return likeNameOf(name, others) === undefined ? undefined : "taken";
}

/** The name that differs from this one in case or white space at most: `train` would take one for a misspelt other. */
export function likeNameOf(name: string, others: readonly string[]): string | undefined {
  return others.find((other) => foldedForm(other) === foldedForm(name));
}

function expectedName(name: string, others: readonly string[]): string {
  const other = likeNameOf(name, others);
  if (other !== undefined) return `names that differ by more than case and spaces, unlike ${quote(other)}`;
  return "names without |, which stands between several labels; one name after a comma or in a line each";
}

/** What looks like a path is one, so that a file which is not there is no label of that name. */
function isPath(value: string): boolean {
  if (existsSync(value)) {
    if (statSync(value).isFile()) return true;
    if (/[\\/]/.test(value)) throw new FileIsFolderError(value, []);
    return false; // a folder that happens to be called as a label is
  }
  if (!/[,:]/.test(value) && /[\\/]|\.(txt|csv|tsv|md)$/i.test(value)) throw new FileMissingError(value);
  return false;
}
