import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { corpus, headstart } from "./headstart.js";
import { hasTmux, Terminal } from "./tmux.js";

let folder: string;
let terminal: Terminal | undefined;
let before: Record<string, string>[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-fix-"));
  const rows = parse(readFileSync(corpus("intents/train.csv")), { columns: true }) as Record<string, string>[];
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  for (const row of [20, 60, 100, 140, 180]) {
    rows[row].label = labels[(labels.indexOf(rows[row].label) + 3) % labels.length];
  }
  before = rows;
  writeFileSync(join(folder, "bad.csv"), stringify(rows, { header: true }));
});

afterAll(() => {
  terminal?.close();
  rmSync(folder, { recursive: true });
});

function open(): Terminal {
  terminal?.close();
  const env = { HEADSTART_CACHE: join(folder, "cache") };
  terminal = new Terminal(["audit", "bad.csv", "--fix", "fixed.csv", "-q"], { cwd: folder, env });
  return terminal;
}

describe.skipIf(!hasTmux)("audit --fix, in a terminal", () => {
  it("asks for doubtful labels with what is given and suggested, is killed, goes on and writes the file anew", async () => {
    let on = open();
    const first = await on.shows(/in the file: \w+/);
    const given = /in the file: (\w+)/.exec(first)?.[1];
    const proposed = /> \d {2}(\w+)/.exec(first)?.[1];
    expect(first).toContain(`rather ${proposed}`);
    expect(first).toContain(`than ${given}`);
    const open0 = Number(/(\d+) left/.exec(first)?.[1]);
    const second = new Terminal(["audit", "bad.csv", "--fix", "fixed.csv", "-q"], { cwd: folder });
    expect(await second.ends()).toContain(`process ${on.pid} on this machine`);
    second.close();
    on.press("Enter");
    await on.shows(`${open0 - 1} left`);
    await on.kill();
    on = open();
    await on.shows(`${open0 - 1} left`);
    on.press("Space"); // the second one stays as it is
    await on.shows(`${open0 - 2} left`);
    on.press("!"); // the third one is of no label
    await on.shows(`${open0 - 3} left`);
    on.press("Q");
    const end = await on.shows("written  fixed.csv");
    expect(end).toContain("the label of 1 row of 199, 1 odd row left out");
    const after = parse(readFileSync(join(folder, "fixed.csv")), { columns: true }) as Record<string, string>[];
    const labelOf = new Map(after.map(({ text, label }) => [text, label]));
    const changed = before.filter(({ text, label }) => labelOf.get(text) !== label);
    expect(after).toHaveLength(199);
    expect(changed.map(({ text, label }) => [label, labelOf.get(text)])).toContainEqual([given, proposed]);
    expect(changed).toHaveLength(2); // the one that was changed, and the odd one
  });
});

describe("audit --fix without a terminal", () => {
  it("says so before it computes anything", async () => {
    const refused = await headstart(["audit", "bad.csv", "--fix", "fixed.csv"], { cwd: folder });
    expect([refused.code, refused.stderr]).toMatchObject([2, expect.stringContaining("--fix asks on a terminal")]);
    const piped = await headstart(["audit", "-", "--fix", "fixed.csv"], { cwd: folder, input: "text,label\na,b\n" });
    expect([piped.code, piped.stderr]).toMatchObject([2, expect.stringContaining("name a file")]);
  });
});
