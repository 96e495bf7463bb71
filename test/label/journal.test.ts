import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DamagedJournalError, JournalInUseError, OtherJournalError } from "../../src/label/errors.js";
import { type JournalHead, type LabelEvent, LabelJournal } from "../../src/label/journal.js";
import { replay } from "../../src/label/state.js";

let folder: string;
let path: string;
const head: JournalHead = { event: "begin", schema: 1, texts: "abc", rows: 3, multiLabel: false, labels: ["x", "y"] };
const events: LabelEvent[] = [
  { event: "label", row: 0, labels: ["x"], also: [2] },
  { event: "rename", label: "x", to: "z" },
  { event: "undo" },
  { event: "note", row: 1, note: "odd: \n ü" },
];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-journal-"));
  path = join(folder, "out.journal.jsonl");
});

afterEach(() => rmSync(folder, { recursive: true }));

function written(): void {
  const journal = LabelJournal.open(path, head);
  for (const event of events) journal.append(event);
  journal.close();
}

describe("LabelJournal", () => {
  it("gives back what was appended, each before append returned", () => {
    const journal = LabelJournal.open(path, head);
    for (const [i, event] of events.entries()) {
      journal.append(event);
      expect(readFileSync(path, "utf8").split("\n")).toHaveLength(i + 3);
    }
    journal.close();
    const again = LabelJournal.open(path, head);
    expect(again.events).toEqual(events);
    again.close();
  });

  it("loses the last event at most, wherever a kill cuts the file short", () => {
    written();
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const journal = LabelJournal.open(path, head);
      const lines = Math.max(0, whole.subarray(0, length).toString("latin1").split("\n").length - 2);
      expect(journal.events).toEqual(events.slice(0, lines));
      journal.append({ event: "skip", row: 1 });
      journal.close();
      const again = LabelJournal.open(path, head);
      expect(again.events).toEqual([...events.slice(0, lines), { event: "skip", row: 1 }]);
      again.close();
    }
  });

  it("refuses other texts, another kind of labels, and a line in the middle that is no event", () => {
    written();
    expect(() => LabelJournal.open(path, { ...head, texts: "def" })).toThrow(OtherJournalError);
    expect(() => LabelJournal.open(path, { ...head, multiLabel: true })).toThrow(OtherJournalError);
    appendFileSync(path, "mine\n");
    appendFileSync(path, '{"event":"skip","row":1}\n');
    expect(() => LabelJournal.open(path, head)).toThrow(DamagedJournalError);
    expect(() => LabelJournal.open(path, head)).toThrow(`${path}:6`);
  });
});

describe("replay", () => {
  const beginning = { labels: ["x", "y"], answers: new Map([[1, ["y"]]]) };

  it("copies a label to the rows it also goes to, and gives way to a later answer", () => {
    const state = replay(beginning, [events[0], { event: "label", row: 2, labels: ["y"] }]);
    expect(state.answers).toEqual(
      new Map([
        [1, ["y"]],
        [0, ["x"]],
        [2, ["y"]],
      ]),
    );
    expect(state.copies.size).toBe(0);
  });

  it("keeps the key of a renamed label, and renames what stood in the file", () => {
    const state = replay(beginning, [{ event: "rename", label: "y", to: "why" }]);
    expect(state.labels).toEqual(["x", "why"]);
    expect(state.answers.get(1)).toEqual(["why"]);
  });

  it("takes the last standing event back, one for each undo", () => {
    const state = replay(beginning, [events[0], events[1], { event: "undo" }, { event: "undo" }, { event: "undo" }]);
    expect(state.labels).toEqual(["x", "y"]);
    expect(state.answers).toEqual(beginning.answers);
  });

  it("is left unchanged by the events it is given", () => {
    replay(beginning, events);
    expect(beginning.labels).toEqual(["x", "y"]);
    expect(beginning.answers.size).toBe(1);
  });

  it("is open to one process at a time, and to readers meanwhile", () => {
    const journal = LabelJournal.open(path, head);
    journal.append(events[0]);
    expect(() => LabelJournal.open(path, head)).toThrow(`process ${process.pid} on this machine`);
    appendFileSync(path, '{"event":"sk'); // half of a line that is being written
    expect(LabelJournal.read(path, head).events).toEqual([events[0]]);
    expect(readFileSync(path, "utf8")).toContain('"sk');
    journal.close();
    expect(readdirSync(folder)).toEqual(["out.journal.jsonl"]);
    LabelJournal.open(path, head).close();
  });

  it.each([
    ["a process that was killed", { pid: killed(), host: hostname() }],
    ["a process whose number another one has now", { pid: process.pid, host: hostname(), began: "1" }],
    ["a process killed while it wrote the lock", undefined],
  ])("takes over the lock of %s", (_, holder) => {
    writeFileSync(`${path}.lock`, JSON.stringify(holder) ?? "");
    LabelJournal.open(path, head).close();
    expect(readdirSync(folder)).toEqual(["out.journal.jsonl"]);
  });

  it("leaves the lock of another machine, and names both", () => {
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 7, host: "ann-laptop" }));
    expect(() => LabelJournal.open(path, head)).toThrow(/process 7 on ann-laptop .* remove .*\.lock/);
    expect(() => LabelJournal.open(path, head)).toThrow(JournalInUseError);
  });
});

/** The number of a process that has ended. */
function killed(): number {
  return spawnSync(process.execPath, ["-e", "process.kill(process.pid, 'SIGKILL')"]).pid;
}
