/**
 * Takes the pictures of the page of `headstart serve` in docs/screenshots, in the Chromium that is installed.
 *
 *   npm run build && npx tsx scripts/page-screenshots.ts     (20 seconds)
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { launch, openPage } from "../test/serve/chromium.js";
import { startHeadstart } from "./load/processes.js";

const folder = mkdtempSync(join(tmpdir(), "headstart-screenshots-"));
const models = ["reviews", "intents"].map((name) => {
  const out = join(folder, name);
  execFileSync(process.execPath, ["dist/cli/main.js", "train", `data/${name}/train.csv`, "--out", out, "-q"]);
  return out;
});
const examples = ["reviews", "intents"].map((name) => `${name}=data/${name}/train.csv`);
const server = await startHeadstart(models, ["--examples", ...examples]);
const browser = await launch();

await picture("page-light", { viewport: { width: 1100, height: 900 } }, (page) =>
  explain(
    page,
    "reviews",
    "The kettle looks lovely and boils fast, but it broke after a week and nobody answers my letters.",
  ),
);
await picture(
  "page-phone-dark",
  { viewport: { width: 390, height: 844 }, colorScheme: "dark", deviceScaleFactor: 2 },
  (page) => explain(page, "intents", "My parcel still has not come, can I have my money back?"),
);
await picture("page-file", { viewport: { width: 1100, height: 700 } }, async (page) => {
  await page.setInputFiles("#file", "data/reviews/test.csv");
  await page.click("#start");
  await page.locator("#download a").waitFor();
});

await browser.close();
await server.stop();
rmSync(folder, { recursive: true });

async function picture(
  name: string,
  options: BrowserContextOptions,
  act: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, close } = await openPage(browser, server.url, options);
  await page.locator("#content").waitFor();
  await act(page);
  await page.screenshot({ path: `docs/screenshots/${name}.png`, fullPage: true });
  await close();
}

async function explain(page: Page, model: string, text: string): Promise<void> {
  await page.selectOption("#model", model);
  await page.fill("#text", text);
  await page.locator("#neighbours li").first().waitFor();
}
