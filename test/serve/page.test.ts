import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { corpus } from "../cli/headstart.js";
import { chromiumPath, launch, openPage } from "./chromium.js";
import { post, type Serving, serve, trained } from "./serving.js";

let folder: string;
let serving: Serving;
let browser: Browser;

describe.skipIf(!chromiumPath)("the page", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "headstart-page-"));
    await trained("reviews", join(folder, "reviews"));
    await trained("intents", join(folder, "intents"));
    const examples = `reviews=${corpus("reviews/train.csv")}`;
    serving = await serve([join(folder, "reviews"), join(folder, "intents"), "--examples", examples, "--no-cache"]);
    browser = await launch();
  });

  afterAll(async () => {
    await browser.close();
    await serving.stop();
    rmSync(folder, { recursive: true });
  });

  /** Opens the page, does something on it, and expects that nothing went wrong and nobody else was asked. */
  async function onPage(act: (page: Page) => Promise<void>, options = {}): Promise<void> {
    const { page, wrong, close } = await openPage(browser, serving.url, options);
    page.setDefaultTimeout(30_000);
    await act(page);
    expect(wrong).toEqual([]);
    await close();
  }

  const decision = (page: Page) => page.locator("#decision:not(.muted)").textContent();

  it("labels what is typed, with the keyboard alone, and says why", () =>
    onPage(async (page) => {
      await page.locator("#content").waitFor();
      await page.keyboard.type("It broke after a day"); // the field has the focus
      await page.locator("#neighbours li").first().waitFor();
      const { answer } = await post(serving.url, "predict", { text: "It broke after a day", model: "reviews", top: 2 });
      const [{ label, confidence, scores }] = answer.results[0].predictions;
      expect(await decision(page)).toMatch(new RegExp(`^${label} ${Math.round(100 * confidence)}`));
      expect(await page.locator("#bars .name").allInnerTexts()).toEqual(scores!.map((score) => score.label));
      expect(await page.locator("#words mark").allInnerTexts()).toEqual(["It", "broke", "after", "a", "day"]);
      const { answer: near } = await post(serving.url, "neighbours", { text: "It broke after a day" });
      expect(await page.locator("#neighbours li p:first-child").allInnerTexts()).toEqual(
        near.neighbours.map(({ text }) => text),
      );
      const titles = await page
        .locator("#words mark")
        .evaluateAll((marks) => marks.map((mark) => (mark as { title: string }).title));
      const { answer: without } = await post(serving.url, "predict", {
        text: "It after a day",
        model: "reviews",
        top: 2,
      });
      const rest = without.results[0].predictions[0].scores!.find((score) => score.label === label)!.probability;
      const points = Math.abs(100 * (confidence - rest)).toFixed(0);
      expect(titles[1].slice(1)).toBe(points);
    }));

  it("can be walked through with the Tab key", () =>
    onPage(async (page) => {
      await page.locator("#content").waitFor();
      const visited: string[] = [];
      for (let i = 0; i < 6; i++) {
        visited.push(await page.evaluate("document.activeElement.id || document.activeElement.textContent"));
        await page.keyboard.press("Tab");
      }
      expect(visited).toEqual(["text", "by-line", "file", "openapi.json", "metrics", expect.anything()]);
    }));

  it("answers for another model", () =>
    onPage(async (page) => {
      await page.selectOption("#model", "intents");
      await page.fill("#text", "where is my parcel?");
      await page.locator("#words mark").first().waitFor();
      expect(await decision(page)).toContain("_");
      expect(await page.locator("#bars li").count()).toBe(8);
      expect(await page.locator("#no-neighbours").isVisible()).toBe(true);
    }));

  it("says of a text that it fits none of the labels", () =>
    onPage(async (page) => {
      const texts = ["asdf qwer zxcv", "1 2 3 4 5 6", "DE GROTE KAT", "the match ended two to one after extra time"];
      const { answer } = await post(serving.url, "predict", { texts, model: "intents" });
      const at = answer.results[0].predictions.findIndex(({ inScope }) => inScope === false);
      await page.selectOption("#model", "intents");
      await page.fill("#text", texts[at]);
      await page.locator("#words mark").first().waitFor();
      const { label } = answer.results[0].predictions[at];
      expect(await decision(page)).toMatch(new RegExp(`^${label} \\d+% probably fits none of the labels$`));
      await page.check("#by-line");
      await page.locator("#line-rows tr").waitFor();
      expect(await page.locator("#line-rows td").nth(1).textContent()).toBe(
        `${label} probably fits none of the labels`,
      );
    }));

  it("labels one text a line, and explains the one that is chosen", () =>
    onPage(async (page) => {
      await page.check("#by-line");
      await page.fill("#text", "great\n\nbroken on arrival\n<b>fine</b>");
      const rows = page.locator("#line-rows tr");
      await rows.first().waitFor();
      expect(await rows.locator("button").allInnerTexts()).toEqual(["great", "broken on arrival", "<b>fine</b>"]);
      await rows.locator("button").nth(1).click();
      await page.locator("#words mark").nth(2).waitFor();
      expect(await page.inputValue("#text")).toBe("broken on arrival");
    }));

  it("gives a CSV file back labelled", () =>
    onPage(async (page) => {
      const rows = Array.from({ length: 250 }, (_, i) => `${i},"Text, number ${i}"\r\n`).join("");
      writeFileSync(join(folder, "new.csv"), `\ufeffid,review\r\n${rows}250,\r\n`);
      await page.setInputFiles("#file", join(folder, "new.csv"));
      expect(await page.locator("#column option:checked").textContent()).toBe("review");
      await page.locator("#start").press("Enter");
      const link = page.locator("#download a");
      await link.waitFor();
      expect(await page.locator("#file-status").textContent()).toBe("251 of 251 rows labelled.");
      const [download] = await Promise.all([page.waitForEvent("download"), link.press("Enter")]);
      expect(download.suggestedFilename()).toBe("new-labelled.csv");
      const lines = readFileSync(await download.path(), "utf8")
        .trimEnd()
        .split("\n");
      expect(lines).toHaveLength(252);
      expect(lines[0]).toBe("id,review,label,confidence");
      expect(lines[8]).toMatch(/^7,"Text, number 7",(positive|negative),0\.\d{4}$/);
      expect(lines[251]).toBe("250,,,");
    }));

  it.each([
    ["never-closed.csv", 'text\n"never closed\n', "never-closed.csv:2: a quote is opened and never closed."],
    ["ragged.csv", "text,id\na,1\nb\n", "ragged.csv:3: another number of fields (1)"],
    ["excel.csv", Buffer.from("\ufefftext\r\nhello\r\n", "utf16le"), "excel.csv: not a text file in UTF-8."],
    ["old.csv", Buffer.from("text\ncafé\n", "latin1"), "old.csv: not a text file in UTF-8."],
    ["rows.jsonl", '{"text": "a"}\n', "rows.jsonl: looks like JSON"],
    ["header.csv", "text,label\n", "header.csv: there is a header and no row."],
    ["nothing.csv", "", "nothing.csv: the file is empty."],
  ])("says what is wrong with a file: %s", (name, content, told) =>
    onPage(async (page) => {
      writeFileSync(join(folder, name), content);
      await page.setInputFiles("#file", join(folder, name));
      const failure = page.locator("#file-failure:not(:empty)");
      await failure.waitFor();
      expect(await failure.textContent()).toContain(told);
      expect(await page.locator("#file-work").isVisible()).toBe(false);
    }),
  );

  it("says what is not read of a text, or of lines", () =>
    onPage(async (page) => {
      const note = page.locator("#text-note");
      await page.fill("#text", "ten signs ".repeat(1001));
      await page.locator("#words mark").first().waitFor();
      expect(await note.textContent()).toBe("Only the first 10,000 characters are read.");
      await page.check("#by-line");
      await page.fill("#text", "a line\n".repeat(1001));
      await page.locator("#line-rows tr").nth(999).waitFor();
      expect(await note.textContent()).toBe("Only the first 1,000 lines are labelled.");
    }));

  it("asks no more of the server at a time than that takes", async () => {
    const small = await serve([join(folder, "reviews"), "--max-body-mb", "0.02", "--quiet"]);
    const { page, wrong, close } = await openPage(browser, small.url);
    await page.fill("#text", "слово за словом ".repeat(60)); // 90 texts of 1.5 kB, each without a part
    await page.locator("#words mark").nth(89).waitFor();
    const rows = Array.from({ length: 30 }, (_, i) => `${"очень длинно ".repeat(100)},${i}\n`).join("");
    writeFileSync(join(folder, "long.csv"), `text,label\n${rows}`);
    await page.setInputFiles("#file", join(folder, "long.csv"));
    await page.locator("#start").press("Enter");
    await page.locator("#download a").waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#download a").press("Enter")]);
    const lines = readFileSync(await download.path(), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(31);
    expect(lines[0]).toBe("text,label,predicted_label,confidence");
    expect(wrong).toEqual([]);
    await close();
    await small.stop();
  });

  it.each(["light", "dark"] as const)("fits a phone in the %s", (colorScheme) =>
    onPage(
      async (page) => {
        await page.fill("#text", `${"a-very-long-word-".repeat(20)} and more`);
        await page.locator("#neighbours li").first().waitFor();
        await page.evaluate("document.body.style.fontFamily = 'monospace'"); // no font that a phone has is wider
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
        expect(await lowestContrast(page)).toBeGreaterThan(4.5); // WCAG 2.2, 1.4.3
        await page.check("#by-line");
        await page.fill("#text", `where is my parcel?\n${"a-very-long-word-".repeat(20)}`);
        await page.locator("#line-rows tr").nth(1).waitFor();
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
        const { width } = (await page.locator("#line-rows tr:last-child td").nth(1).boundingBox())!;
        expect(width).toBeGreaterThan(180); // room for a label, however long its text is
      },
      { viewport: { width: 360, height: 700 }, colorScheme },
    ),
  );

  it("asks for the token where the server does", async () => {
    const guarded = await serve([join(folder, "reviews"), "--token", "sesame", "--quiet"]);
    const { page, close } = await openPage(browser, guarded.url);
    await page.locator("#token").waitFor();
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.locator("#token-failure:not(:empty)").waitFor();
    await page.fill("#token", "sesame");
    await page.keyboard.press("Enter");
    await page.locator("#content").waitFor();
    await page.keyboard.type("great");
    expect(await decision(page)).toMatch(/positive|negative/);
    await close();
    await guarded.stop();
  });
});

/** The lowest contrast of text to the page behind it, by the formula of WCAG; marked words have a wash and are left out. */
function lowestContrast(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
    const luminance = (color) => {
      const [r, g, b] = numbers(color).slice(0, 3).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (node) => {
      const color = getComputedStyle(node).backgroundColor;
      return numbers(color)[3] === 0 && node.parentElement ? behind(node.parentElement) : color;
    };
    const texts = [...document.querySelectorAll("h1, h2, p, label, span, small, a, li, code, button, textarea, strong")];
    return Math.min(...texts.filter((node) => node.checkVisibility() && node.textContent.trim()).map((node) => {
      const [a, b] = [luminance(getComputedStyle(node).color), luminance(behind(node))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }));
  })()`);
}
