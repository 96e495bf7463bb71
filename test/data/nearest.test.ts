import { describe, expect, it } from "vitest";
import { nearestName } from "../../src/data/nearest.js";
import { listed, place, quote } from "../../src/data/wording.js";

describe("nearestName", () => {
  const names = ["text", "label", "sentiment", "review_text"];
  it.each([
    ["lable", "label"],
    ["TEXT", "text"],
    ["sentimnt", "sentiment"],
    ["review", "review_text"],
    ["colour", undefined],
    ["id", undefined],
  ])("takes %s for %s", (wanted, expected) => expect(nearestName(wanted, names)).toBe(expected));
});

describe("wording", () => {
  it("lists the first few and counts the rest", () => {
    expect(listed([1, 2, 3])).toBe("1, 2, 3");
    expect(listed(Array.from({ length: 1205 }, (_, i) => i))).toBe("0, 1, 2, 3, 4 and 1,200 more");
  });

  it("cuts long values and shows line breaks", () => {
    expect(quote("a\nb")).toBe('"a\\nb"');
    expect(quote("x".repeat(100), 10)).toBe('"xxxxxxxxx…"');
  });

  it("joins file, line and column", () => expect([place("a", 2), place("a", 2, 3)]).toEqual(["a:2", "a:2:3"]));
});
