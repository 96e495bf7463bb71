import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";

interface Row {
  text: string;
  labels: string[];
}

interface Corpus {
  files: { path: string; rows: number; perLabel?: number }[];
  labels: string[];
}

const corpora: Record<string, Corpus> = {
  reviews: {
    files: [
      { path: "reviews/train.csv", rows: 240, perLabel: 120 },
      { path: "reviews/test.csv", rows: 160, perLabel: 80 },
    ],
    labels: ["negative", "positive"],
  },
  intents: {
    files: [
      { path: "intents/train.csv", rows: 200, perLabel: 25 },
      { path: "intents/test.csv", rows: 120, perLabel: 15 },
    ],
    labels: [
      "cancel_order",
      "change_address",
      "damaged_item",
      "order_status",
      "payment_problem",
      "product_question",
      "refund_missing",
      "return_item",
    ],
  },
  topics: {
    files: [
      { path: "topics/train.jsonl", rows: 200 },
      { path: "topics/test.jsonl", rows: 100 },
    ],
    labels: ["costs", "culture", "environment", "housing", "safety", "transport"],
  },
};

const bytesOf = (path: string) => readFileSync(new URL(`../data/${path}`, import.meta.url));

/** @throws TypeError where the bytes are not UTF-8. */
const contentOf = (path: string) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(path));

function rowsOf(path: string): Row[] {
  const content = contentOf(path);
  if (path.endsWith(".jsonl")) {
    return content
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Row);
  }
  const [header, ...records] = parse(content) as string[][];
  expect(header).toEqual(["text", "label"]);
  return records.map(([text, label]) => ({ text, labels: [label] }));
}

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Shared words over all words of two texts, 0 to 1. */
function jaccard(a: Set<string>, b: Set<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  return shared / (a.size + b.size - shared);
}

/** Every pair of texts whose words overlap by more than `limit`, which no two texts of one corpus may do. */
function nearDuplicates(texts: string[], limit: number): [string, string][] {
  const words = texts.map((text) => new Set(wordsOf(text)));
  const pairs: [string, string][] = [];
  for (let i = 0; i < texts.length; i++) {
    for (let j = 0; j < i; j++) if (jaccard(words[i], words[j]) > limit) pairs.push([texts[j], texts[i]]);
  }
  return pairs;
}

function countLabels(rows: Row[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const label of rows.flatMap((row) => row.labels)) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

function longestRun(rows: Row[]): number {
  let longest = 0;
  let run = 0;
  for (const [i, row] of rows.entries()) {
    run = i > 0 && String(row.labels) === String(rows[i - 1].labels) ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

describe.each(Object.entries(corpora))("data/%s", (_name, { files, labels }) => {
  it.each(files)("$path is UTF-8 without a byte-order mark, with LF line ends", ({ path }) => {
    const content = contentOf(path);
    expect(content.startsWith("\uFEFF")).toBe(false);
    expect(content).not.toContain("\r");
    expect(content.endsWith("\n")).toBe(true);
  });

  it.each(files)("$path has $rows rows, every label of the corpus and no other", ({ path, rows, perLabel }) => {
    const found = rowsOf(path);
    const counts = countLabels(found);
    expect(found).toHaveLength(rows);
    expect(Object.keys(counts).sort()).toEqual(labels);
    if (perLabel !== undefined) expect(new Set(Object.values(counts))).toEqual(new Set([perLabel]));
  });

  it.each(files)("$path is shuffled", ({ path }) => {
    expect(longestRun(rowsOf(path))).toBeLessThan(15);
  });

  it.each(files)("$path holds trimmed texts of 4 to 60 words", ({ path }) => {
    for (const { text } of rowsOf(path)) {
      expect(text).toBe(text.trim());
      const words = text.split(/\s+/).length;
      expect(words, text).toBeGreaterThanOrEqual(4);
      expect(words, text).toBeLessThanOrEqual(60);
    }
  });

  it("has no text, nor a near copy of one, twice within a file or on both sides", () => {
    const texts = files.flatMap(({ path }) => rowsOf(path).map((row) => row.text));
    expect(new Set(texts).size).toBe(texts.length);
    expect(nearDuplicates(texts, 0.5)).toEqual([]);
  });
});

describe("data/topics labels", () => {
  const all = corpora.topics.files.map(({ path }) => rowsOf(path));

  it("are 0 to 3 a post, none of them twice", () => {
    for (const { text, labels } of all.flat()) {
      expect(labels.length, text).toBeLessThanOrEqual(3);
      expect(new Set(labels).size, text).toBe(labels.length);
    }
  });

  it("have between a sixth and a third of the posts each, and some posts on both sides have none", () => {
    for (const rows of all) {
      for (const [label, count] of Object.entries(countLabels(rows))) {
        expect(count / rows.length, label).toBeGreaterThan(1 / 6);
        expect(count / rows.length, label).toBeLessThan(1 / 3);
      }
      expect(rows.filter((row) => row.labels.length === 0).length).toBeGreaterThan(0);
    }
  });
});

describe("the near-duplicate check", () => {
  it("catches a text in which one word of nine was replaced, and lets different texts pass", () => {
    const text = "the lid of this small red pot never fits";
    expect(nearDuplicates([text, "The lid of this small blue pot never fits!"], 0.5)).toHaveLength(1);
    expect(nearDuplicates([text, "my red pot is small and fits well"], 0.5)).toHaveLength(0);
  });
});
