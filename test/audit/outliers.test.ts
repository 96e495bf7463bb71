import { describe, expect, it } from "vitest";
import { hardPairs } from "../../src/audit/hard-pairs.js";
import { findLanguages, languageName } from "../../src/audit/language.js";
import { outliersOf } from "../../src/audit/outliers.js";

describe("outliersOf", () => {
  it("gives rows far below the others, the farthest first", () => {
    const closeness = Float64Array.from({ length: 40 }, (_, row) => 0.7 + 0.005 * (row % 10));
    closeness[3] = 0.2;
    closeness[9] = 0.1;
    expect(outliersOf(closeness).map(({ row }) => row)).toEqual([9, 3]);
  });

  it("gives none where all are alike, or rows are few", () => {
    expect(outliersOf(new Float64Array(20).fill(0.5))).toEqual([]);
    expect(outliersOf(Float64Array.of(0.9, 0.9, 0.9, 0.1))).toEqual([]);
  });
});

describe("findLanguages", () => {
  const english = [
    "The parcel came a week late and nobody could tell me where it was.",
    "I have been waiting on the phone for half an hour and then the line went dead.",
    "Everything works as it should, and the manual is short and clear.",
    "Could you please change the delivery address before it is sent out?",
    "We bought two of these last year and both are still in daily use.",
  ];

  it("finds the row in another language", async () => {
    const german = "Das Paket kam eine Woche zu spät, und niemand konnte mir sagen, wo es war.";
    const found = await findLanguages([...english.slice(0, 2), german, ...english.slice(2), "merci"]);
    expect(found).toEqual({ main: "en", others: [{ row: 2, language: "de" }] });
    expect(languageName("de")).toBe("German");
  });

  it("calls no language wrong where the file has several", async () => {
    const french = english.map(
      (_, i) => `Le colis numéro ${i} est arrivé avec une semaine de retard, personne ne savait où il était.`,
    );
    expect(await findLanguages([...english, ...french])).toEqual({ others: [] });
  });
});

describe("hardPairs", () => {
  it("counts both ways of taking one class for the other", () => {
    const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 2, 2);
    const said = [0, 0, 1, 1, 0, 1, 1, 1, 2, 2];
    const probabilities = new Float32Array(30);
    said.forEach((k, row) => {
      probabilities[row * 3 + k] = 1;
    });
    expect(hardPairs({ classes: 3, labels, probabilities }, ["a", "b", "c"])).toEqual([
      { a: "a", b: "b", confused: 3, share: 3 / 8 },
    ]);
  });
});
