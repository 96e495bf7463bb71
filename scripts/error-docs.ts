/**
 * Writes docs/errors.md from the error classes in src: code, class, and the sentence that documents it.
 *
 *   npx tsx scripts/error-docs.ts     (at once)
 */
import { writeFileSync } from "node:fs";
import { errorsMarkdown } from "./error-classes.js";

writeFileSync("docs/errors.md", errorsMarkdown());
