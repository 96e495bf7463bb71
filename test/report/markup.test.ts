import { describe, expect, it } from "vitest";
import { pValue, shortened, signed } from "../../src/report/format.js";
import { breakable, html, Markup } from "../../src/report/markup.js";

describe("html", () => {
  it("escapes text, keeps markup, joins lists and drops nothing-values but not zero", () => {
    const parts = html`<b title="${`"<'`}">${["<i>", new Markup("<u>"), null, undefined, false, 0]}</b>`;
    expect(parts.text).toBe('<b title="&quot;&lt;&#39;">&lt;i&gt;<u>0</b>');
  });

  it("breaks joined names without a way past the escaping", () => {
    expect(breakable("a_b&c").text).toBe("a_<wbr>b&amp;c");
    expect(breakable("<x:y>").text).toBe("&lt;x:<wbr>y&gt;");
  });
});

describe("shortened", () => {
  it("counts characters, not halves of surrogate pairs", () => {
    expect(shortened("😀😀😀", 3)).toBe("😀😀😀");
    expect(shortened("😀😀😀😀", 3)).toBe("😀😀…");
    expect(shortened("abc", 3)).toBe("abc");
  });
});

describe("signed and pValue", () => {
  it("write signs and small p values", () => {
    expect(signed(-0.5, String)).toBe("−0.5");
    expect(signed(0, String)).toBe("+0");
    expect(pValue(0.0004)).toBe("< 0.001");
    expect(pValue(0.04)).toBe("0.040");
  });
});
