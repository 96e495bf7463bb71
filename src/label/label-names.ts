import { existsSync, readFileSync } from "node:fs";

/** A label with what is embedded for it in place of its name. */
export interface NamedLabel {
  name: string;
  description?: string;
}

/**
 * The value of `--labels`: names after a comma each, or a file with a name a line; either may say `name: description`.
 *
 * @returns distinct names in order
 */
export function readLabelNames(value: string): NamedLabel[] {
  const parts = existsSync(value) ? readFileSync(value, "utf8").split(/\r?\n/) : value.split(",");
  const labels = parts.flatMap((part): NamedLabel[] => {
    const [name, ...rest] = part.split(":");
    if (name.trim() === "") return [];
    const description = rest.join(":").trim();
    return [{ name: name.trim(), ...(description !== "" && { description }) }];
  });
  return [...new Map(labels.map((label) => [label.name, label])).values()];
}
