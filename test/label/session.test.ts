import { describe, expect, it } from "vitest";
import type { LabelEvent } from "../../src/label/journal.js";
import type { Lesson } from "../../src/label/lesson.js";
import { LabelSession, type SessionSubject } from "../../src/label/session.js";
import { viewOf } from "../../src/label/session-view.js";
import { type Key, keysOf } from "../../src/terminal/keys.js";

const noKey = {
  return: false,
  tab: false,
  backspace: false,
  delete: false,
  escape: false,
  upArrow: false,
  downArrow: false,
};
const rest = { leftArrow: false, rightArrow: false, pageUp: false, pageDown: false, ctrl: false, meta: false };

/** Presses each character of a string; `⏎` is Enter, `⌫` Backspace and `⇥` Tab. */
function press(session: LabelSession, keys: string): void {
  const named: Record<string, Key> = { "⏎": { name: "enter" }, "⌫": { name: "backspace" }, "⇥": { name: "tab" } };
  for (const char of keys) {
    for (const key of named[char] ? [named[char]] : keysOf(char, { ...noKey, ...rest })) session.press(key);
  }
}

function begin(options: Partial<SessionSubject> = {}): { session: LabelSession; kept: LabelEvent[] } {
  const kept: LabelEvent[] = [];
  const texts = options.texts ?? ["zero", "one", "two", "three"];
  const session = new LabelSession({
    name: "texts.csv",
    texts,
    groups: Int32Array.from(texts.keys()),
    multiLabel: false,
    beginning: { labels: ["good", "bad"], answers: new Map() },
    events: [],
    order: [...texts.keys()],
    append: (event) => kept.push(event),
    ...options,
  });
  return { session, kept };
}

function lesson(rows: number[], shares: number[], more: Partial<Lesson> = {}): Lesson {
  const proposals = rows.map((row) => ({ row, shares, alike: [] }));
  return { labels: ["good", "bad"], proposals, encoded: 4, ...more };
}

describe("LabelSession", () => {
  it("keeps an event for each answer and goes on to the next text", () => {
    const { session, kept } = begin();
    press(session, "12 !");
    expect(kept).toEqual([
      { event: "label", row: 0, labels: ["good"] },
      { event: "label", row: 1, labels: ["bad"] },
      { event: "skip", row: 2 },
      { event: "odd", row: 3 },
    ]);
    expect(session.row).toBeUndefined();
    expect(viewOf(session).message).toContain("1 text was skipped");
  });

  it("takes back to the beginning, across sessions, and shows each text again", () => {
    const events: LabelEvent[] = [{ event: "label", row: 0, labels: ["good"] }];
    const { session, kept } = begin({ events });
    press(session, "2⌫");
    expect(session.row).toBe(1);
    press(session, "⌫");
    expect(session.row).toBe(0);
    expect(session.state.answers.size).toBe(0);
    press(session, "⌫");
    expect(session.done).toBe("nothing to take back");
    expect(kept.map(({ event }) => event)).toEqual(["label", "undo", "undo"]);
  });

  it("accepts what the model proposes, and asks in the order of the model", () => {
    const { session, kept } = begin();
    press(session, "⏎");
    expect(session.done).toContain("no proposal yet");
    session.learn(lesson([3, 2, 0], [0.2, 0.8]));
    expect(session.row).toBe(0); // the text on the screen stays
    press(session, "⏎");
    expect(kept).toEqual([{ event: "label", row: 0, labels: ["bad"] }]);
    expect(session.row).toBe(3);
    expect(viewOf(session).choices).toMatchObject([
      { key: "1", name: "good", share: 0.2, isProposed: false },
      { key: "2", name: "bad", share: 0.8, isProposed: true },
    ]);
  });

  it("gives equal texts the label of the one that was asked, and counts near-duplicates in where the model tells them", () => {
    const { session, kept } = begin({ groups: Int32Array.of(0, 0, 1, 2), order: [0, 2, 3] });
    session.learn({ ...lesson([0], [0.9, 0.1]), proposals: [{ row: 0, shares: [0.9, 0.1], alike: [3] }] });
    press(session, "1");
    expect(kept).toEqual([{ event: "label", row: 0, labels: ["good"], also: [1, 3] }]);
    expect(session.state.copies).toEqual(new Set([1, 3]));
    expect(session.homework.answers).toEqual([[0, [0]]]);
    expect(session.open).toBe(1);
  });

  it("renames and merges labels in all answers", () => {
    const { session } = begin();
    press(session, "12=good⏎great⏎");
    expect(session.state.answers.get(0)).toEqual(["great"]);
    press(session, "+fine⏎3&fine⏎great⏎");
    expect(session.state.labels).toEqual(["great", "bad"]);
    expect([...session.state.answers.values()]).toEqual([["great"], ["bad"], ["great"]]);
    press(session, "⌫");
    expect(session.state.labels).toEqual(["great", "bad", "fine"]);
  });

  it("refuses an empty name and one that is taken", () => {
    const { session, kept } = begin();
    press(session, "+good⏎");
    expect(session.done).toContain("& merges two");
    press(session, "+ ⏎");
    expect(session.done).toContain("needs a name");
    press(session, "+ GOOD⏎");
    expect(session.done).toContain("a label good already");
    press(session, "+a|b⏎");
    expect(session.done).toContain("no |");
    expect(kept).toEqual([]);
  });

  it("renames a label to another case of its name", () => {
    const { session } = begin();
    press(session, "1=good⏎Good⏎");
    expect(session.state.answers.get(0)).toEqual(["Good"]);
  });

  it("says in words why there are no proposals, and how far the texts are read, within 80 columns", () => {
    const { session } = begin();
    const outlook = { expectedAccuracy: 0.65, gain: { answers: 50, accuracy: 0.03 }, isStable: false };
    session.learn(lesson([1], [0.2, 0.8], { encoded: 1, outlook }));
    expect(viewOf(session).outlook).toBe("model: about 65% of proposals right · 25% of the texts read");
    session.learn(lesson([1], [0.2, 0.8], { outlook }));
    expect(viewOf(session).outlook).toBe("model: about 65% of proposals right · 50 more answers: about +3 points");
    session.problem = "no space left";
    expect(viewOf(session).outlook).toBe("no proposals, the model stopped: no space left");
  });

  it("asks for a first label where there is none", () => {
    const { session } = begin({ beginning: { labels: [], answers: new Map() } });
    expect(viewOf(session).prompt?.title).toBe("name of the first label:");
    press(session, "spam⏎1");
    expect(session.state.answers.get(0)).toEqual(["spam"]);
  });

  it("finds a text that is labelled, so that it can be labelled anew", () => {
    const { session } = begin();
    press(session, "1/zer⏎");
    expect(viewOf(session).facts).toContain("labelled good");
    press(session, "2");
    expect(session.state.answers.get(0)).toEqual(["bad"]);
  });

  it("gives labels beyond the keys by their name", () => {
    const labels = Array.from({ length: 50 }, (_, i) => `label ${i}`);
    const { session } = begin({ beginning: { labels, answers: new Map() } });
    press(session, "⇥label 49⏎");
    expect(session.state.answers.get(0)).toEqual(["label 49"]);
  });

  it("starts several labels from the proposed ones, and takes none for an answer", () => {
    const { session, kept } = begin({ multiLabel: true });
    session.learn(lesson([0, 1], [0.7, 0.4], { thresholds: [0.5, 0.3] }));
    press(session, "1⏎");
    press(session, "12⏎");
    expect(kept).toMatchObject([{ labels: ["bad"] }, { labels: [] }]);
  });

  it("does not take typing in a prompt for keys, nor Escape for an answer", () => {
    const { session, kept } = begin();
    press(session, ";12!Q");
    expect(viewOf(session).prompt?.value).toBe("12!Q");
    session.press({ name: "escape" });
    expect(session.prompt).toBeUndefined();
    expect(session.isOver).toBe(false);
    expect(kept).toEqual([]);
  });
});

describe("keysOf", () => {
  it("parts typing that arrives at once, and keeps composed characters whole", () => {
    expect(keysOf("1é👍🏽", { ...noKey, ...rest })).toEqual(["1", "é", "👍🏽"].map((char) => ({ name: "char", char })));
    expect(keysOf("a\rb", { ...noKey, ...rest }).map(({ name }) => name)).toEqual(["char", "enter", "char"]);
  });
});
