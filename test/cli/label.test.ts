import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { headstart } from "./headstart.js";
import { hasTmux, Terminal } from "./tmux.js";

let folder: string;
let terminal: Terminal | undefined;

const goods = ["works very well", "a lovely thing", "great, buy it", "so happy with it", "the best I had"];
const bads = ["broken after a day", "a waste of money", "never answers", "very poor quality", "I want a refund"];
const texts = Array.from({ length: 36 }, (_, i) => `${(i % 2 === 0 ? goods : bads)[i % 5]}, order ${100 + i}`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-label-"));
  writeFileSync(join(folder, "texts.csv"), `id,text\n${texts.map((text, i) => `${i},"${text}"`).join("\n")}\n`);
});

afterEach(() => {
  terminal?.close();
  terminal = undefined;
});

afterAll(() => rmSync(folder, { recursive: true }));

function open(args: string[], options: { size?: [number, number]; env?: Record<string, string> } = {}): Terminal {
  terminal = new Terminal(["label", ...args], { cwd: folder, ...options });
  return terminal;
}

function journal(out: string): Record<string, unknown>[] {
  const lines = readFileSync(join(folder, `${out}.journal.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** The first line of the text that is asked: title and rule stand above it. */
function asked(screen: string): string {
  return screen.split("\n")[2];
}

/** Labels the text that is shown by what it says. */
async function labelNext(on: Terminal, labelled: number): Promise<void> {
  const screen = await on.shows(new RegExp(`\\b${labelled} labelled[^]*order \\d+`));
  on.press(goods.some((text) => asked(screen).includes(text)) ? "1" : "2");
  await on.shows(`${labelled + 1} labelled`);
}

describe.skipIf(!hasTmux)("headstart label, in a terminal", () => {
  it("labels 30 texts, takes back, renames, is killed, goes on and writes what was said", async () => {
    const args = ["texts.csv", "--labels", "good,bad", "--out", "labelled.csv"];
    let on = open(args);
    for (let done = 0; done < 30; done++) await labelNext(on, done);
    on.press("BSpace");
    await on.shows("29 labelled");
    on.press("=");
    await on.shows("rename which label?");
    on.type("ba");
    on.press("Enter");
    await on.shows("new name of bad:");
    on.type("défaut");
    on.press("Enter");
    await on.shows("bad is now called défaut");
    await on.kill();
    on.close();
    on = open(args);
    const screen = await on.shows("29 labelled");
    expect(screen).toMatch(/2 {2}défaut/);
    await labelNext(on, 29);
    on.press("Q");
    await on.shows("written");
    const rows = readFileSync(join(folder, "labelled.csv"), "utf8").trimEnd().split("\n");
    expect(rows[0]).toBe("id,text,label,note");
    expect(rows).toHaveLength(31);
    for (const row of rows.slice(1))
      expect(row).toMatch(goods.some((text) => row.includes(text)) ? /,good,$/ : /,défaut,$/);
    expect(journal("labelled.csv")).toHaveLength(1 + 30 + 1 + 1 + 1);
  });

  it("refuses a second session on the same answers, and goes on after the first was killed", async () => {
    const args = ["texts.csv", "--labels", "good,bad", "--out", "twice.csv"];
    const first = open(args);
    await labelNext(first, 0);
    const second = new Terminal(["label", ...args], { cwd: folder });
    expect(await second.ends()).toContain(`process ${first.pid} on this machine`);
    second.close();
    const { stdout } = await headstart(["label", ...args, "--write"], { cwd: folder });
    expect(stdout).toContain("labelled 1 row");
    await labelNext(first, 1);
    await first.kill();
    first.close();
    await open(args).shows("2 labelled");
  });

  it("proposes from the names of the labels, and takes the proposal with Enter", async () => {
    const on = open(["texts.csv", "--labels", "good: praise of a product,bad: a complaint", "--out", "zero.csv"]);
    const screen = await on.shows(/^> [12] .*%/m);
    on.press("Enter");
    await on.shows("1 labelled");
    const proposed = /^> [12] {2}(\w+)/m.exec(screen)?.[1];
    expect(journal("zero.csv").at(-1)).toMatchObject({ event: "label", labels: [proposed] });
  });

  it("skips, marks as odd, notes, adds and merges labels, finds a text, and takes all of it back", async () => {
    const on = open(["texts.csv", "--labels", "good,bad", "--out", "all-keys.csv"]);
    await on.shows("order");
    on.press("Space");
    await on.shows("skipped");
    on.press("!");
    await on.shows("marked as odd");
    on.press(";");
    on.type("ask Ann");
    on.press("Enter");
    await on.shows("note: ask Ann");
    on.press("+");
    on.type("fine");
    on.press("Enter");
    await on.shows(/3 {2}fine/);
    on.press("&");
    on.type("fi");
    on.press("Enter");
    await on.shows("merge fine into which?");
    on.press("Enter");
    await on.shows("fine is now part of good");
    on.press("/");
    on.type("order 117");
    on.press("Enter");
    await on.shows(/row 18 of 36/);
    on.press("2");
    await on.shows("1 labelled");
    for (let i = 0; i < 6; i++) on.press("BSpace");
    await on.shows("0 labelled, 36 left");
    on.press("BSpace");
    await on.shows("nothing to take back");
    const events = journal("all-keys.csv").map(({ event }) => event);
    expect(events).toEqual(["begin", "skip", "odd", "note", "add", "merge", "label", ...Array(6).fill("undo")]);
  });

  it("scrolls a long text, keeps foreign scripts whole, and holds a terminal's control characters back", async () => {
    const long = Array.from({ length: 60 }, (_, i) => `line ${i}`).join(" \n ");
    const content = [long, "שלום עולם, זה טוב", "การสั่งซื้อ 注文が届かない 🙃", "red \u001b[31m and \u0007 bell"];
    writeFileSync(join(folder, "odd.jsonl"), content.map((text) => JSON.stringify({ text })).join("\n"));
    const on = open(["odd.jsonl", "--labels", "a,b", "--out", "odd.csv", "--strategy", "random"]);
    await on.shows("0 labelled");
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      const screen = await on.shows(`${i} labelled`);
      seen.push(screen);
      if (asked(screen) === "line 0") {
        on.press("NPage");
        await on.shows("more above");
        on.press("End");
        await on.shows("line 59");
      }
      on.press("1");
      await on.shows(`${i + 1} labelled`);
    }
    expect(seen.join("\n")).toContain("שלום עולם, זה טוב");
    expect(seen.join("\n")).toContain("注文が届かない");
    expect(seen.join("\n")).toMatch(/red {2}\[31m and/);
    await on.shows("Nothing is left to ask");
  });

  it("shows a find of equal texts line by line, and how many labels there is no room for", async () => {
    writeFileSync(join(folder, "many.csv"), `text\n${"the same text again\nanother one here\n".repeat(40)}`);
    const labels = Array.from({ length: 60 }, (_, i) => `a label with the number ${i}`).join(",");
    const on = open(["many.csv", "--labels", labels, "--out", "many-out.csv"]);
    expect(await on.shows(/^> .*%/m)).toContain("46 more labels: Tab");
    on.press("/");
    for (const typed of ["t", "th", "the"]) {
      on.type(typed.at(-1)!);
      await on.shows(new RegExp(`^find: ${typed}\\s*$`, "m"));
    }
    expect(on.screen).toMatch(/^find: the\s*\n> the same text again\n( {2}the same text again\n)+─/m);
  });

  it("marks several labels a text", async () => {
    const on = open([
      "texts.csv",
      "--labels",
      "quality,delivery,price",
      "--multi-label",
      "--out",
      "several.csv",
      "--strategy",
      "random",
    ]);
    await on.shows(/\d+%/);
    for (const [key, name] of ["quality", "delivery", "price"].entries()) {
      const isMarked = new RegExp(`\\* ${key + 1} {2}${name}`).test(on.screen);
      if (isMarked === (name === "delivery")) on.press(`${key + 1}`);
      await on.shows(new RegExp(`${name === "delivery" ? "[ >]" : "\\*"} ${key + 1} {2}${name}`));
    }
    on.press("Enter");
    await on.shows("1 labelled");
    on.press("Q");
    await on.shows("written");
    expect(readFileSync(join(folder, "several.csv"), "utf8")).toMatch(/,quality\|price,$/m);
  });

  it("uses no colour under NO_COLOR, and fits a smaller terminal", async () => {
    const on = open(["texts.csv", "--labels", "good,bad", "--out", "plain.csv"], { env: { NO_COLOR: "1" } });
    await on.shows(/^> /m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
    expect(on.styledScreen).not.toMatch(/\u001b\[[\d;]*\b[34]\d\b/);
    on.resize(60, 18);
    const screen = await on.shows(/^─{60}$/m);
    expect(screen).toContain("Q quit");
    expect(screen.trimEnd().split("\n").length).toBeLessThanOrEqual(18);
  });
});

describe("headstart label, without a terminal", () => {
  it.each([
    [["texts.csv", "--out", "x.csv"], "stdin is none"],
    [["texts.csv"], "--out"],
    [[], "file of texts"],
    [["texts.csv", "--out", "x.csv", "--strategy", "best"], "margin"],
    [["texts.csv", "--out", "x.csv", "--share", "3/2"], "such as 1/2"],
    [["--merge", "texts.csv", "--out", "x.csv"], "two files"],
  ])("%j is wrong usage and says %s", async (args, message) => {
    const { code, stdout, stderr } = await headstart(["label", ...args], { cwd: folder });
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it("does not overwrite the texts, labels that it has no answers to, or a file that it merges", async () => {
    const files = { "mine.csv": "text,label\none,x\ntwo,\n", "theirs.csv": "text,label\none,x\nthree,y\n" };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    for (const [args, message] of [
      [["mine.csv", "--out", "mine.csv", "--write"], "it is read"],
      [["mine.csv", "--out", "theirs.csv", "--write"], "no theirs.csv.journal.jsonl"],
      [["--merge", "mine.csv", "theirs.csv", "--out", "./mine.csv"], "it is read"],
    ] as const) {
      const { code, stderr } = await headstart(["label", ...args], { cwd: folder });
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    }
    for (const [name, content] of Object.entries(files)) {
      expect(readFileSync(join(folder, name), "utf8")).toBe(content);
    }
  });

  it("takes what looks like a file of labels for one", async () => {
    const { code, stderr } = await headstart(["label", "texts.csv", "--labels", "labls.txt", "--batch", "1"], {
      cwd: folder,
    });
    expect(stderr).toContain("labls.txt: no such file");
    expect(code).toBe(1);
  });

  it("explains itself with examples", async () => {
    const { code, stdout } = await headstart(["label", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Example:\n {2}\$ headstart label/);
  });

  it("refuses the answers to other texts", async () => {
    writeFileSync(join(folder, "others.csv"), "text\nhello\n");
    writeFileSync(
      join(folder, "kept.csv.journal.jsonl"),
      '{"event":"begin","schema":1,"texts":"f00","rows":2,"multiLabel":false,"labels":[]}\n',
    );
    const { code, stderr } = await headstart(["label", "others.csv", "--out", "kept.csv", "--write"], { cwd: folder });
    expect(stderr).toContain("(JOURNAL_OTHER)");
    expect(code).toBe(1);
  });

  it("joins what two people said, with their agreement and conflicts", async () => {
    writeFileSync(join(folder, "ann.csv"), "text,label\none,x\ntwo,y\nthree,x\nfour,y\n");
    writeFileSync(join(folder, "ben.csv"), "text,label\none,x\ntwo,y\nthree,y\nfive,x\n");
    const { code, stdout } = await headstart(["label", "--merge", "ann.csv", "ben.csv", "--out", "both.csv"], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(stdout).toContain("66.7% of 3 texts that both labelled, Cohen's kappa 0.40");
    expect(stdout).toContain('"three"  ann.csv: x, ben.csv: y');
    expect(readFileSync(join(folder, "both.csv"), "utf8")).toBe("text,label,note\none,x,\ntwo,y,\nfour,y,\nfive,x,\n");
    expect(readFileSync(join(folder, "both-conflicts.csv"), "utf8")).toBe("text,ann.csv,ben.csv\nthree,x,y\n");
  });

  it("prints the next texts to ask, with proposals, and asks nothing", async () => {
    writeFileSync(
      join(folder, "partly.csv"),
      `text,label\n${texts.map((text, i) => `"${text}",${["good", "bad"][i] ?? ""}`).join("\n")}\n`,
    );
    const { code, stdout, stderr } = await headstart(["label", "partly.csv", "--batch", "5"], { cwd: folder });
    expect(code, stderr).toBe(0);
    const rows = stdout.trimEnd().split("\n");
    expect(rows[0]).toBe("text,label,proposed,confidence");
    expect(rows).toHaveLength(6);
    for (const row of rows.slice(1)) expect(row).toMatch(/order \d+",,(good|bad),0\.\d+$/);
  });
});
