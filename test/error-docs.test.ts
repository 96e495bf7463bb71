import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorClasses, errorsMarkdown } from "../scripts/error-classes.js";

describe("docs/errors.md", () => {
  it("is what scripts/error-docs.ts writes", () => {
    expect(readFileSync("docs/errors.md", "utf8")).toBe(errorsMarkdown());
  });

  it("has one code for each class and a sentence for each", () => {
    const classes = errorClasses();
    expect(classes.length).toBeGreaterThan(20);
    expect(new Set(classes.map(({ code }) => code)).size).toBe(classes.length);
    for (const { description, name } of classes) expect(description, name).toMatch(/\w/);
  });
});
