import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TextClassifier } from "../../src/classifier/classifier.js";
import { loadDataset } from "../../src/data/dataset.js";
import { corpus, headstart } from "../cli/headstart.js";
import { chromiumPath, launch, openPage } from "../serve/chromium.js";

/** Float32 in another order of sums, and WebAssembly's arithmetic. */
const tolerance = 1e-3;

const run = promisify(execFile);
const types: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
let folder: string;
let site: Server;
let browser: Browser;

describe.skipIf(!chromiumPath)("examples/browser", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "headstart-browser-"));
    const model = join(folder, "model");
    const args = ["train", corpus("reviews/train.csv"), "--out", model, "--C", "1", "--features", "last3", "-q"];
    const { code, stderr } = await headstart(args, { env: { HEADSTART_CACHE: join(folder, "cache") } });
    expect(code, stderr).toBe(0);
    await run(process.execPath, ["examples/browser/build.mjs", model, join(folder, "site")]);
    site = createServer(async ({ url }, response) => {
      const path = url === "/" ? "/index.html" : url!;
      const content = await readFile(join(folder, "site", path)).catch(() => undefined);
      const type = types[extname(path)] ?? "application/octet-stream";
      response.writeHead(content ? 200 : 404, { "content-type": type }).end(content);
    }).listen(0, "127.0.0.1");
    browser = await launch();
  });

  afterAll(async () => {
    await browser.close();
    site.close();
    rmSync(folder, { recursive: true });
  });

  it("gives the probabilities that Node gives, and asks nobody else", { timeout: 300_000 }, async () => {
    const { page, wrong } = await openPage(browser, `http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    page.setDefaultTimeout(90_000);
    await page.locator("#status", { hasText: "Ready." }).waitFor();
    const { texts: all } = await loadDataset(corpus("reviews/test.csv"));
    const texts = all.slice(0, 50);
    const inBrowser: { label: string; score: number }[][] = await page.evaluate(
      `import("./main.js").then(async ({ classifier }) => {
        const classify = await classifier;
        const all = [];
        for (const text of ${JSON.stringify(texts)}) all.push(...(await classify([text])));
        return all;
      })`,
    );
    const classifier = await TextClassifier.load(join(folder, "model"));
    const probabilities = await classifier.predictProba(texts);
    const { labels } = classifier;
    await classifier.dispose();
    expect(inBrowser).toHaveLength(50);
    const differences = inBrowser.flatMap((scores, i) => {
      expect(scores).toHaveLength(labels.length);
      return scores.map(({ label, score }) =>
        Math.abs(score - probabilities[i * labels.length + labels.indexOf(label)]),
      );
    });
    expect(Math.max(...differences)).toBeLessThan(tolerance);
    await page.fill("#text", texts[0]);
    await page.locator("#labels li").first().waitFor();
    expect(await page.locator("#labels li").count()).toBe(labels.length);
    expect(wrong).toEqual([]);
  });
});
