/**
 * Takes the pictures of the experiments' pages in docs/screenshots, in the Chromium that is installed.
 *
 *   npm run build && npx tsx scripts/experiment-screenshots.ts [curve|compare|extent|transfer ...]     (4 minutes, most of it `extent`)
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BrowserContextOptions } from "playwright-core";
import { launch, openPage } from "../test/serve/chromium.js";

const reviews = ["data/reviews/train.csv", "--test", "data/reviews/test.csv"];
const commands: Record<string, string[]> = {
  curve: [...reviews, "--methods", "head,bag-of-words,majority"],
  compare: ["data/intents/train.csv", "--encoders", "headstart-mini", "test/fixtures/encoders/bert", "--rows", "100"],
  extent: [...reviews, "--depths", "0,1,3", "--draws", "3"],
  transfer: [
    "data/reviews/train.csv",
    "docs/guides/domain-shift.csv",
    "--methods",
    "none,coral,self-training,few-labels,upper-bound",
  ],
};
const wide: BrowserContextOptions = { viewport: { width: 800, height: 900 } };
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  colorScheme: "dark",
  deviceScaleFactor: 1.5,
};

const folder = mkdtempSync(join(tmpdir(), "headstart-screenshots-"));
const browser = await launch();
const wanted = process.argv.slice(2);
for (const [name, args] of Object.entries(commands)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const report = join(folder, `${name}.html`);
  const files = ["--out", join(folder, name), "--report", report];
  execFileSync(process.execPath, ["dist/cli/main.js", name, ...args, ...files, "--quiet"], { stdio: "ignore" });
  const [options, suffix] = name === "transfer" ? [phone, "phone-dark"] : [wide, "light"];
  const { page, wrong, close } = await openPage(browser, `file://${resolve(report)}`, options);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  await page.screenshot({ path: `docs/screenshots/${name}-${suffix}.png`, fullPage: true });
  await close();
}
await browser.close();
rmSync(folder, { recursive: true });
