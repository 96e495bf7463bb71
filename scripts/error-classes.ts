/** Reads the error classes from the sources; used by error-docs.ts and by the test that docs/errors.md is up to date. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface ErrorClass {
  name: string;
  code: string;
  description: string;
}

export function errorClasses(src = "src"): ErrorClass[] {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const pattern =
    /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?export class (\w+) extends \w+ \{\s*(?:override )?readonly code(?:: string)? = "([A-Z_0-9]+)"/g;
  const found = files.flatMap((file) =>
    [...readFileSync(join(src, file), "utf8").matchAll(pattern)].map(([, comment, name, code]) => ({
      name,
      code,
      description: (comment ?? "")
        .replace(/^\s*\* ?/gm, "")
        .trim()
        .replace(/\s+/g, " "),
    })),
  );
  return found.sort((a, b) => (a.code < b.code ? -1 : 1));
}

export function errorsMarkdown(): string {
  const sections = errorClasses().map(({ code, name, description }) => `## ${code}\n\n\`${name}\`: ${description}\n`);
  return `# Errors\n\nEvery failure that a user can mend has a code. The message itself says what was found and what to do.\n\n${sections.join("\n")}`;
}
