/**
 * Writes docs/api.md from the doc comments of what src/index.ts exports.
 *
 *   npm run build && npx tsx scripts/api-docs.ts     (at once)
 */
import { writeFileSync } from "node:fs";
import { apiMarkdown } from "./api-reference.js";

writeFileSync("docs/api.md", apiMarkdown());
