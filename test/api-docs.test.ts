import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { apiMarkdown } from "../scripts/api-reference.js";

describe("docs/api.md", () => {
  const reference = readFileSync("docs/api.md", "utf8");

  it("is what scripts/api-docs.ts writes", () => {
    expect(reference).toBe(apiMarkdown());
  });

  it("shows each export, its members with their comments, and nothing private", () => {
    const index = readFileSync("src/index.ts", "utf8");
    const names = [...index.matchAll(/[{,]\s*(?:type )?(\w+)(?=[,\s}])/g)]
      .map((match) => match[1])
      .filter((name) => name !== "type");
    for (const name of names) expect(reference).toContain(`\n### ${name}\n`);
    expect(reference).toContain("static fit(examples: readonly Example[] | Dataset");
    expect(reference).toContain("/** [K], the probability from which on a label is given");
    expect(reference).toContain("  confidences: number[];\n};\n```");
    expect(reference).not.toMatch(/^\s*private |#private|@internal/m);
  });
});
