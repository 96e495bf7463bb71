import { describe, expect, it } from "vitest";
import { type Columns, labelColumnOf, textColumnOf } from "../../src/data/columns.js";

function table(header: string, ...rows: string[]): Columns {
  const preview = rows.map((row, i) => ({ line: i + 2, values: row.split(",") }));
  return { name: "a.csv", format: "csv", delimiter: ",", columns: header.split(","), preview };
}

function found(given: Columns, wanted: { text?: string; label?: string } = {}): [string, string] {
  const text = textColumnOf(given, wanted.text);
  return [text, labelColumnOf(given, wanted.label, text)];
}

describe("textColumnOf and labelColumnOf", () => {
  it.each([
    ["text,label", ["text", "label"]],
    ["id,Review, Sentiment ", ["Review", " Sentiment "]],
    ["title,text,topic", ["text", "topic"]],
    ["intent,utterance", ["utterance", "intent"]],
    ["text,mood", ["text", "mood"]],
    ["words,class", ["words", "class"]],
    ["y,tweet,label", ["tweet", "label"]],
  ])("find the columns of %s", (header, columns) => expect(found(table(header, "a,b,c"))).toEqual(columns));

  it("take the clearly longer of two unknown columns as the text", () => {
    const given = table("col1,col2", "pos,a rather long sentence here", "neg,and one more of these");
    expect(found(given)).toEqual(["col2", "col1"]);
  });

  it("ask where neither of two unknown columns is clearly longer", () => {
    expect(() => found(table("a,b", "one word,two words"))).toThrow(
      "which column holds the text? The columns are: a, b.",
    );
  });

  it("take names that are given, in any case, before well-known ones", () => {
    expect(found(table("text,Body,label,kind"), { text: "body", label: "kind" })).toEqual(["Body", "kind"]);
  });

  it("ask for a label where only an id stands beside the text", () => {
    expect(() => found(table("id,text", "1,some words"))).toThrow("which column holds the label?");
  });

  it("refuse one column as text and label", () => {
    expect(() => found(table("text,label"), { label: "text" })).toThrow("which column holds the label?");
  });

  it.each([
    [table("great film,pos", "bad film,pos", "fine,neg"), "a value that recurs"],
    [table("great film,1", "bad film,0"), "a number"],
    [table("what a great film this is,pos"), "a sentence"],
  ])("take a first row with %# for data", (given) => {
    expect(() => found(given)).toThrow("the first row looks like data");
  });

  it("take a question as a column's name where it is named", () => {
    const question = "What did you like about our service today?";
    expect(found(table(`${question},score`, "all of it,5"), { text: question })[0]).toBe(question);
  });

  it("take the only column as the text", () => {
    expect(textColumnOf(table("words", "a b c"))).toBe("words");
  });
});
