import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fitBagOfWords } from "../../src/experiments/bag-of-words.js";
import { largestDifference } from "../encoder/oracle.js";

const oracle = JSON.parse(readFileSync(new URL("../fixtures/experiments/tfidf.json", import.meta.url), "utf8"));

describe("fitBagOfWords", () => {
  it("weighs as scikit-learn's TfidfVectorizer does, known texts and new ones", () => {
    const bag = fitBagOfWords(oracle.train);
    expect(bag.terms).toEqual(oracle.terms);
    expect(largestDifference(bag.transform(oracle.train).data, oracle.fitted.flat())).toBeLessThan(1e-7);
    expect(largestDifference(bag.transform(oracle.test).data, oracle.transformed.flat())).toBeLessThan(1e-7);
  });
});
