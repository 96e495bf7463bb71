import { Random } from "../../src/random.js";

const words = ["good", "bad", "late", "early", "cold", "warm", "the", "of", "a", "soup", "bus", "shop"];

/** Rows with an id and a text; every eighth text stands in other rows too, a few are empty or hold what has to be quoted. */
export function rows(count: number, seed = 5): { id: number; text: string }[] {
  const random = new Random(seed);
  const draw = () => Array.from({ length: 6 }, () => words[random.integer(words.length)]).join(" ");
  return Array.from({ length: count }, (_, id) => {
    if (id % 8 === 0) return { id, text: "where is my bus" };
    if (id % 501 === 0) return { id, text: "" };
    return { id, text: id % 97 === 0 ? `"${draw()}",\n${draw()}` : `${id} ${draw()}` };
  });
}

export function csv(count: number): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  return `id,text\n${rows(count)
    .map(({ id, text }) => `${id},${quoted(text)}\n`)
    .join("")}`;
}

export function jsonLines(count: number): string {
  return rows(count)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join("");
}
