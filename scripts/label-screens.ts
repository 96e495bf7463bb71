/**
 * Writes the screens of `headstart label` in docs/screens: data/reviews without its labels, in a terminal of 80 × 24, answered by the labels
 * that were taken away. Prints what the session expects of its model after 60 answers, and what `train` reaches with them on the test rows.
 *
 *   npm run build && npx tsx scripts/label-screens.ts     (1 minute; needs tmux)
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { main } from "../test/cli/headstart.js";
import { Terminal } from "../test/cli/tmux.js";

const reviews: { text: string; label: string }[] = parse(readFileSync("data/reviews/train.csv"), { columns: true });
const folder = mkdtempSync(join(tmpdir(), "headstart-screens-"));
writeFileSync(join(folder, "reviews.csv"), stringify([["text"], ...reviews.map(({ text }) => [text])]));

const args = ["reviews.csv", "--labels", "positive: praise,negative: a complaint", "--out", "labelled.csv"];
const terminal = new Terminal(["label", ...args], { cwd: folder });
await keep("first", /^> [12] .*%/m);
await answer(0, 52);
await keep("later", /^> [12] .*%/m);
await answer(52, 60);
terminal.press("BSpace");
await keep("undo", "taken back");
terminal.press("/");
terminal.type("refund");
await keep("find", /find: refund\n> /);
terminal.press("Escape");
await terminal.shows(/^> [12] .*%/m);
terminal.press("?");
await keep("help", "Any key closes this page.");
terminal.press("x");
await answer(59, 60);
await terminal.shows("60 labelled");
await new Promise((resolve) => setTimeout(resolve, 3000)); // the model learns from the last answer, too
terminal.press("Q");
console.log(await terminal.ends());
terminal.close();
const test = join(process.cwd(), "data/reviews/test.csv");
for (const command of [
  ["train", "labelled.csv", "--out", "model", "-q"],
  ["evaluate", "model", test, "-q"],
]) {
  console.log(execFileSync(process.execPath, [main, ...command], { cwd: folder, encoding: "utf8" }));
}
rmSync(folder, { recursive: true });

async function keep(name: string, what: string | RegExp): Promise<void> {
  writeFileSync(`docs/screens/label-${name}.txt`, `${(await terminal.shows(what)).trimEnd()}\n`);
}

async function answer(from: number, to: number): Promise<void> {
  for (let labelled = from; labelled < to; labelled++) {
    const screen = await terminal.shows(new RegExp(`\\b${labelled} labelled[^]*^> [12] .*%`, "m"));
    const row = Number(/^row (\d+) of/m.exec(screen)?.[1]);
    terminal.press(reviews[row - 1].label === "positive" ? "1" : "2");
  }
}
