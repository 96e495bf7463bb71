import { describe, expect, it } from "vitest";
import { oneLine, widthOf, wrapText } from "../../src/terminal/wrap.js";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

describe("wrapText", () => {
  it("breaks at spaces, which it leaves out, and keeps those inside a line and before a paragraph", () => {
    expect(wrapText("hello world  foo", 5)).toEqual(["hello", "world", "foo"]);
    expect(wrapText("a  b\r\n  c\n\nd ", 20)).toEqual(["a  b", "  c", "", "d "]);
    expect(wrapText("", 10)).toEqual([""]);
  });

  it("breaks a longer word where the line ends", () => {
    expect(wrapText("a verylongword b", 6)).toEqual(["a very", "longwo", "rd b"]);
  });

  it.each([
    ["Thai with vowel signs", "ภาษาไทยไม่มีช่องว่างระหว่างคำทำให้ตัดบรรทัดยาก"],
    ["Devanagari", "क्षत्रियस्त्रीहिन्दीमेंलिखाहुआपाठ"],
    ["emoji", "👨‍👩‍👧‍👦👍🏽🇩🇪❤️☎️👩🏽‍🚀"],
    ["marks without end", `Z${"\u0351\u036b".repeat(2000)}o${"\u0316".repeat(2000)}`],
    ["Japanese", "注文が届かないのですが、いつ届きますか"],
  ])("takes no character apart and fills no line beyond its width: %s", (_, word) => {
    const text = `${word} ${word.repeat(3)} a ${word}`;
    const lines = wrapText(text, 9);
    const characters = new Set(Array.from(segmenter.segment(text), ({ segment }) => segment));
    for (const line of lines) {
      const own = Array.from(segmenter.segment(line), ({ segment }) => segment);
      for (const character of own) expect(characters).toContain(character);
      if (own.length > 1) expect(widthOf(line)).toBeLessThanOrEqual(9);
    }
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  });

  it("holds control characters back, and keeps directions and joiners", () => {
    expect(wrapText("a\u001b[31mb\u0007c\u009bd\te", 40)).toEqual(["a [31mb c d e"]);
    expect(wrapText("\u202bשלום\u202c", 40)).toEqual(["\u202bשלום\u202c"]);
  });

  it("keeps a megabyte whole", () => {
    for (const text of ["word ".repeat(200_000), "注文が届かない".repeat(50_000)]) {
      expect(wrapText(text, 79).join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }
  });
});

describe("oneLine", () => {
  it("is the beginning of a text without its line breaks", () => {
    expect(oneLine("one\ntwo three".repeat(100_000), 9)).toBe("one two ");
  });
});
